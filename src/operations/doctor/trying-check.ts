import { openLocalModels } from '../../agent/providers/local-registry';
import { judgeModels } from '../../agent/providers/model-faults';
import { commandLine } from '../../common/cli/own-commands';
import { messageOf } from '../../common/openclaw-error';
import { resolveGatewayTarget } from '../../config/gateway-target';
import type { GatewayClient } from '../../gateway/client/gateway-client';
import { withGateway } from '../../gateway/client/with-gateway';
import { type DoctorCheck, type DoctorFinding, note, problem, sound } from './finding';

const TRY_MS = 20_000;
/** Whoever tries needs some time around it. */
const ANSWER_MS = 2 * TRY_MS;

/** Has the gateway that runs ask each platform who it is, and each model that is used for one word. */
export const checkByTrying: DoctorCheck = async ({ env, snapshot }) => {
  if (snapshot.issues.length > 0) return [];
  const { config, registry, profiles } = await openLocalModels(env);
  const models = judgeModels(config.config, registry, profiles)
    .models.filter(({ info }) => info.api !== 'offline')
    .map(({ info }) => `${info.provider}/${info.id}`);
  try {
    return await withGateway(
      resolveGatewayTarget(env),
      async (client) => [...(await platforms(client)), ...(await answers(client, models))],
      { timeoutMs: ANSWER_MS },
    );
  } catch (error) {
    return [
      note(
        'trying.not_tried',
        `nothing could be tried: ${messageOf(error)}`,
        `start the gateway: ${commandLine('gateway run')}`,
      ),
    ];
  }
};

async function platforms(client: GatewayClient): Promise<DoctorFinding[]> {
  const { channels } = await client.call<{
    channels: Record<string, { configured?: boolean; probe?: { ok: boolean; error?: string } }>;
  }>('health', { probe: true });
  return Object.entries(channels).flatMap(([id, { configured, probe }]) =>
    !configured || !probe
      ? []
      : probe.ok
        ? [sound('trying', `${id} answers`)]
        : [
            problem(
              'trying.channel',
              `${id} was tried and does not answer: ${probe.error ?? 'it gave no reason'}`,
              commandLine(`channels status --probe`),
            ),
          ],
  );
}

async function answers(client: GatewayClient, models: readonly string[]): Promise<DoctorFinding[]> {
  const findings: DoctorFinding[] = [];
  for (const model of models) {
    const { ok, error } = await client.call<{ ok: boolean; error?: { message: string } }>('models.probe', {
      model,
      timeoutMs: TRY_MS,
    });
    findings.push(
      ok
        ? sound('trying', `${model} answers`)
        : problem(
            'trying.model',
            `${model} was tried and does not answer: ${error?.message ?? 'it gave no reason'}`,
            commandLine('models status --probe'),
          ),
    );
  }
  return findings;
}
