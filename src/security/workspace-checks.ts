import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { innerPath } from '../common/paths/path-place';
import { gitFacts } from '../tools/git/git-facts';
import { asideFolder } from '../tools/git/put-aside';
import { type AuditFacts, type AuditFinding, when } from './audit-finding';

const MAX_NAMED = 10;

/** What lies in the workspaces and has to be looked through for. */
export async function workspaceFindings({ workspaces, stateDir }: AuditFacts): Promise<AuditFinding[]> {
  const findings: AuditFinding[] = [];
  for (const { path: workspace } of workspaces) {
    const { facts } = await gitFacts(workspace, () => true);
    const named = facts.slice(0, MAX_NAMED).map(({ path, text }) => `${innerPath(workspace, path) ?? path} ${text}`);
    findings.push(
      ...when(facts.length > 0, {
        id: 'workspace.git_programs',
        severity: 'info',
        message: `git in ${workspace} obeys more than harmless settings: ${named.join('; ')}${facts.length > MAX_NAMED ? ' …' : ''}`,
        fix: 'make sure that you have set this up yourself; what commands of the assistant write there later is put aside',
      }),
    );
  }
  const aside = asideFolder(stateDir);
  const kept = namesIn(aside);
  return [
    ...findings,
    ...when(kept.length > 0, {
      id: 'workspace.put_aside',
      severity: 'warn',
      message: `sandboxed commands wrote what git would have run on this machine; ${kept.length} times it was put aside in ${aside}, last ${kept.at(-1) ?? ''}`,
      fix: `look at ${join(aside, kept.at(-1) ?? '')}, and remove what you have seen`,
    }),
  ];
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
