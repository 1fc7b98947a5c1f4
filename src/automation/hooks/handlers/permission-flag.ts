/** Node's own wall, as this version calls it: nothing but the named folders, no processes, no threads. */
export const PERMISSION_FLAG = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission';
