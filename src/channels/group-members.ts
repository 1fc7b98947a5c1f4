export interface GroupMember {
  id: string;
  name?: string;
  role?: string;
}

export interface GroupMembers {
  members: GroupMember[];
  /** Whom the platform does not tell of, for people; undefined where these are all. */
  without?: string;
}
