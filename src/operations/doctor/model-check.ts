import { isNearby, knock } from '../../agent/providers/facts/ask-server';
import { openLocalModels } from '../../agent/providers/local-registry';
import { type NamedModel, judgeModels } from '../../agent/providers/model-faults';
import { commandLine, quoted } from '../../common/cli/own-commands';
import { parseWebAddress } from '../../common/net/host';
import { whyUnreachable } from '../../common/net/reach';
import { clockFault } from './clock-check';
import { type DoctorCheck, type DoctorFinding, note, problem, sound } from './finding';

const CONNECT_MS = 2000;
const ANSWER_MS = 5000;

/** Whether each model that the configuration names exists, has a key, and has a server that answers and takes the key. */
export const checkModels: DoctorCheck = async ({ snapshot, env }) => {
  if (snapshot.issues.length > 0) return [];
  const { config, registry, profiles } = await openLocalModels(env);
  const { models, faults } = judgeModels(config.config, registry, profiles);
  const findings = [
    ...faults.map(({ code, message, fix, isCertain }) => (isCertain ? problem : note)(code, message, fix)),
    ...(await Promise.all(models.map((model, index) => serverFaults(model, isAskedBefore(models, index))))).flat(),
  ];
  if (findings.length > 0 || models.some(({ info }) => info.api !== 'offline')) return findings;
  return [sound('model', 'no model is configured; the offline assistant answers')];
};

/** One question for each server and key is enough. */
const isAskedBefore = (models: readonly NamedModel[], index: number): boolean =>
  models
    .slice(0, index)
    .some(({ info }) => info.baseUrl === models[index]?.info.baseUrl && info.apiKey === models[index]?.info.apiKey);

async function serverFaults({ what, info }: NamedModel, isKnown: boolean): Promise<DoctorFinding[]> {
  const { baseUrl, api, provider, id } = info;
  if (api === 'offline') return [];
  const url = parseWebAddress(baseUrl);
  const place = `models.providers.${provider}.baseUrl`;
  if (!url)
    return [
      problem(
        'model.address',
        `${what}, ${provider}/${id}: "${baseUrl}" is not an address of a server`,
        commandLine(`config set ${quoted(place)} <address>`),
      ),
    ];
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  const reason = await whyUnreachable(url.hostname, port, CONNECT_MS);
  if (reason === undefined) return isKnown ? [] : answerFaults({ what, info }, url.host);
  const fix = isNearby(baseUrl) ? `start that server, or correct ${place}` : `look at the network, or at ${place}`;
  return [problem('model.unreachable', `${what}, ${provider}/${id}: nobody answers at ${url.host}: ${reason}`, fix)];
}

/** What a server says to the key that is configured, and what time it has. One that says nothing of models is left alone. */
async function answerFaults({ what, info }: NamedModel, host: string): Promise<DoctorFinding[]> {
  const { provider, id, apiKey } = info;
  const answer = await knock(info, ANSWER_MS).catch(() => undefined);
  if (!answer) return [];
  return [
    ...clockFault(host, answer.date),
    ...(answer.isRefused && apiKey !== undefined
      ? [
          problem(
            'model.key_refused',
            `${what}, ${provider}/${id}: ${host} refuses the API key`,
            commandLine(`config set ${quoted(`models.providers.${provider}.apiKey`)} <key>`),
          ),
        ]
      : []),
  ];
}
