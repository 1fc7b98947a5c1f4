import { isNearby } from '../../agent/providers/facts/ask-server';
import { openLocalModels } from '../../agent/providers/local-registry';
import { type NamedModel, judgeModels } from '../../agent/providers/model-faults';
import { parseWebAddress } from '../../common/net/host';
import { whyUnreachable } from '../../common/net/reach';
import { type DoctorCheck, type DoctorFinding, note, problem } from './finding';

const CONNECT_MS = 2000;

/** Whether each model that the configuration names exists, has a key, and has a server that answers. */
export const checkModels: DoctorCheck = async ({ snapshot, env }) => {
  if (snapshot.issues.length > 0) return [];
  const { config, registry, profiles } = await openLocalModels(env);
  const { models, faults } = judgeModels(config.config, registry, profiles);
  const findings = [
    ...faults.map(({ message, fix, isCertain }) => (isCertain ? problem : note)('model', message, fix)),
    ...(await Promise.all(models.map(unreachable))).flat(),
  ];
  if (findings.length > 0 || models.some(({ info }) => info.api !== 'offline')) return findings;
  return [{ check: 'model', level: 'ok', message: 'no model is configured; the offline assistant answers' }];
};

async function unreachable({ what, info }: NamedModel): Promise<DoctorFinding[]> {
  const { baseUrl, api, provider, id } = info;
  if (api === 'offline') return [];
  const url = parseWebAddress(baseUrl);
  const place = `models.providers.${provider}.baseUrl`;
  if (!url)
    return [problem('model', `${what}, ${provider}/${id}: "${baseUrl}" is not an address of a server`, `set ${place}`)];
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  const reason = await whyUnreachable(url.hostname, port, CONNECT_MS);
  if (reason === undefined) return [];
  const fix = isNearby(baseUrl) ? `start that server, or correct ${place}` : `look at the network, or at ${place}`;
  return [problem('model', `${what}, ${provider}/${id}: nobody answers at ${url.host}: ${reason}`, fix)];
}
