import { createServer } from 'node:net';
import { commandLine } from '../../common/cli/own-commands';
import { gatewayPort, uiPort } from '../../config/ports';
import { listenersOn } from '../../gateway/http/port-owner';
import { type DoctorCheck, type DoctorFinding, problem } from './finding';

/** Ports that other programs hold, or that this user may not take. */
export const checkPorts: DoctorCheck = async ({ config, env, gatewayPid }) => {
  const [gateway, ui] = [gatewayPort(config, env), uiPort(env)];
  return [
    ...(await portFaults('ports.gateway_taken', gateway, gatewayPid, commandLine('config set gateway.port <port>'))),
    ...(ui === gateway
      ? []
      : await portFaults(
          'ports.ui_taken',
          ui,
          gatewayPid,
          'choose another with OPENCLAW_UI_PORT or --ui-port; until then the page is on the port of the gateway',
        )),
  ];
};

async function portFaults(
  code: string,
  port: number,
  gatewayPid: number | undefined,
  other: string,
): Promise<DoctorFinding[]> {
  if (port === 0) return [];
  const owners = listenersOn(port);
  if (owners.length > 0 || gatewayPid !== undefined)
    return owners
      .filter(({ pid }) => pid !== gatewayPid)
      .map(({ pid, command }) =>
        problem(
          code,
          `port ${port} is used by process ${pid} (${command ?? 'unknown'})`,
          `stop that program, for example by: kill ${pid}; or: ${other}`,
        ),
      );
  // Programs of other users are not named to everybody; the system says no all the same.
  const fault = await listenFault(port);
  if (fault === 'EADDRINUSE')
    return [
      problem(
        code,
        `port ${port} is used by a program of another user`,
        `see which: sudo ss -ltnp 'sport = :${port}'; or: ${other}`,
      ),
    ];
  return fault === 'EACCES'
    ? [problem('ports.not_allowed', `port ${port} is kept for the administrator of this machine`, other)]
    : [];
}

/** Listens for an instant. @returns the code of the system where it may not; undefined where it may */
function listenFault(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    server.listen({ port, host: '127.0.0.1' }, () => server.close(() => resolve(undefined)));
  });
}
