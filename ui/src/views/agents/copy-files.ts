import type { Gateway } from '../../gateway/use-gateway';
import type { AgentFile } from './agent';

/** Gives an agent copies of the files that shape another; what that one noted of its days stays its own. */
export async function copyFiles(call: Gateway['call'], from: string, to: string): Promise<void> {
  const { files } = await call<{ files: AgentFile[] }>('agents.files.list', { agentId: from });
  for (const { name, missing } of files) {
    if (missing || name.includes('/')) continue;
    const { file } = await call<{ file: AgentFile }>('agents.files.get', { agentId: from, name });
    await call('agents.files.set', { agentId: to, name, content: file.content ?? '' });
  }
}
