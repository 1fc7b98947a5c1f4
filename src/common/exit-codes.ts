/** Exit codes of the command line and of the gateway process. */
export const ExitCode = {
  done: 0,
  failed: 1,
  usage: 2,
  gatewayUnreachable: 69,
  timeout: 75,
  /** To be started again: the program on disk is another one. */
  startAgain: 76,
  notAuthorised: 77,
  configuration: 78,
  interrupted: 130,
} as const;
