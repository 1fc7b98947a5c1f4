import 'reflect-metadata';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Environment } from '../config/environment';
import { loadConfig } from '../config/load-config';
import { resolveConfigPath, resolveStateDir } from '../config/state-paths';
import type { GatewayFlags } from '../config/gateway-flags';
import { RestartControl, type RestartRequest, type ShutdownIntent } from '../config/restart-control';
import { HttpFallbackPort } from '../events/http-fallback-port';
import { NotFoundFilter } from '../gateway/http/not-found.filter';
import { OpenclawWsAdapter } from '../gateway/openclaw-ws-adapter';
import { LoggerFactory } from '../common/logger';
import { OpenclawError, messageOf } from '../common/openclaw-error';
import { AppModule } from './app.module';
import { CHANNELS, type ListedChannel } from './channel-list';
import { BootReport } from './boot-report.service';
import { instrumentBoot, startNothing } from './instrument-boot';
import { NestLogBridge } from './nest-log-bridge';

export interface RunningGateway {
  app: INestApplication;
  report: BootReport;
  /** Resolves with the request when a part of the gateway asks for a restart. */
  restartRequested: Promise<RestartRequest>;
  /** Undoes the boot in reverse. Idempotent. */
  close(intent: ShutdownIntent): Promise<void>;
}

/**
 * Boots a gateway. When a fatal step fails, everything that was opened is closed again before the error is thrown.
 * @param channels what may be configured under `channels`
 * @throws BootStepError with the exit code of the cause.
 */
export async function startGateway(
  env: Environment,
  flags: GatewayFlags,
  channels: readonly ListedChannel[] = CHANNELS,
): Promise<RunningGateway> {
  const { app, report, control, close } = await makeGateway(env, flags, channels);
  try {
    await app.init();
  } catch (error) {
    const code = error instanceof OpenclawError ? error.code : undefined;
    app
      .get(LoggerFactory)
      .child('gateway')
      .error({ code }, `the start failed: ${messageOf(error)}`);
    await close({ reason: 'boot failed', restartExpectedMs: null, failure: messageOf(error) });
    throw error;
  }
  report.finish();
  const restartRequested = new Promise<RestartRequest>((resolve) => control.onRequest(resolve));
  return { app, report, restartRequested, close };
}

/**
 * Opens what a gateway has on the disk, and leaves it at that: the hooks of phase "ready" run, those of "visible" do not.
 * @throws BootStepError
 */
export async function openGateway(env: Environment): Promise<Pick<RunningGateway, 'app' | 'close'>> {
  const { app, close } = await makeGateway(env, {}, CHANNELS);
  startNothing(app);
  try {
    await app.init();
  } catch (error) {
    await close({ reason: 'boot failed', restartExpectedMs: null, failure: messageOf(error) });
    throw error;
  }
  return { app, close };
}

async function makeGateway(
  env: Environment,
  flags: GatewayFlags,
  channels: readonly ListedChannel[],
): Promise<Omit<RunningGateway, 'restartRequested'> & { control: RestartControl }> {
  const report = new BootReport();
  env.loadOwnDotenv(resolveStateDir(env));
  const { config } = loadConfig(resolveConfigPath(env, resolveStateDir(env)), env);
  const app = await NestFactory.create<NestExpressApplication>(
    await AppModule.forRoot({ env, flags, report, config, channels }),
    {
      logger: false,
      bodyParser: false,
      abortOnError: false,
    },
  );
  app.useLogger(new NestLogBridge(app.get(LoggerFactory).child('nest')));
  app.disable('x-powered-by');
  app.disable('etag');
  app.useGlobalFilters(new NotFoundFilter(app.get(HttpFallbackPort, { strict: false })));
  app.useWebSocketAdapter(new OpenclawWsAdapter(app));
  instrumentBoot(app, report);
  const control = app.get(RestartControl);

  let closing: Promise<void> | undefined;
  const close = (intent: ShutdownIntent): Promise<void> => {
    control.intent = intent;
    closing ??= app.close();
    return closing;
  };
  return { app, report, control, close };
}
