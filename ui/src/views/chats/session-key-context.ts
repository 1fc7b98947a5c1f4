import { createContext, useContext } from 'react';

const SessionKey = createContext<string | undefined>(undefined);
export const SessionKeyProvider = SessionKey.Provider;

/** Key of the conversation that is shown. */
export function useSessionKey(): string {
  const key = useContext(SessionKey);
  if (key === undefined) throw new Error('there is no conversation here');
  return key;
}
