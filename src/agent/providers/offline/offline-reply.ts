import { commandLine } from '../../../common/cli/own-commands';
import { cutText } from '../../../common/cut-text';
import { dayIn } from '../../../common/zoned-time';
import { foldText } from '../../../common/fold-text';
import { type OfflineRequest, parseOfflineRequest } from './offline-request';

export interface OfflineToolCall {
  name: string;
  input: Record<string, unknown>;
}

/** One step of the offline assistant: call a tool, or say something and stop. */
export type OfflineStep = { call: OfflineToolCall } | { text: string };

export interface ToolAnswer {
  name: string;
  text: string;
  isError: boolean;
}

export interface OfflineTurn {
  /** The person's last message. */
  request: string;
  /** Results of the tools called in this turn, in order. */
  answers: readonly ToolAnswer[];
  /** Names of the tools that may be called. */
  tools: ReadonlySet<string>;
  now: number;
}

const MEMORY_FILE = 'MEMORY.md';

export const OFFLINE_HELP = [
  'I am the offline assistant: no language model is connected, so I understand only these requests:',
  '',
  '- **help**',
  '- **time** – date and time',
  '- **list** [folder] · **read** <file> · **write** <text> **to** <file>',
  '- **run** <command> – runs it in the sandbox, in the workspace',
  '- **remember** <fact> · **recall** [word]',
  '- **remind me in** 10 minutes **to** <something>',
].join('\n');

export const CONNECT_HINT = `To connect a language model, open **Set up** on the page, run \`${commandLine('onboard')}\` on the gateway's machine, or start the gateway with a key, for example:\n\n\`\`\`sh\nANTHROPIC_API_KEY=<your key> npm start\n\`\`\`\n\n(OPENAI_API_KEY, GEMINI_API_KEY, OPENROUTER_API_KEY, MISTRAL_API_KEY, GROQ_API_KEY, XAI_API_KEY and DEEPSEEK_API_KEY work alike; a running Ollama, LM Studio or llama.cpp server is found by itself.)`;

/** What the offline assistant does next. Pure: the same turn gives the same step. */
export function nextOfflineStep(turn: OfflineTurn): OfflineStep {
  const request = parseOfflineRequest(turn.request);
  const failed = turn.answers.find((answer) => answer.isError && !isMissingMemory(request, answer));
  if (failed) return { text: `That did not work. ${failed.text}` };
  const step = plan(request, turn);
  if ('call' in step && !turn.tools.has(step.call.name)) {
    return { text: `I would need the tool \`${step.call.name}\` for that, and it is not allowed here.` };
  }
  return step;
}

function plan(request: OfflineRequest, turn: OfflineTurn): OfflineStep {
  const [first, second] = turn.answers;
  switch (request.kind) {
    case 'help':
      return { text: `${OFFLINE_HELP}\n\n${CONNECT_HINT}` };
    case 'time':
      if (!first) return call('session_status', {});
      return { text: /^Time: (.*)$/m.exec(first.text)?.[1] ?? first.text };
    case 'list':
      if (!first) return call('ls', request.path ? { path: request.path } : {});
      return { text: `\`\`\`\n${first.text}\n\`\`\`` };
    case 'read':
      if (!first) return call('read', { path: request.path });
      return { text: `\`\`\`\n${first.text}\n\`\`\`` };
    case 'write':
      if (!first) return call('write', { path: request.path, content: endLine(request.content) });
      return { text: `${first.text}.` };
    case 'run':
      if (!first) return call('exec', { command: request.command });
      return { text: `\`\`\`\n${first.text}\n\`\`\`` };
    case 'remember': {
      if (!first) return call('read', { path: MEMORY_FILE });
      const known = first.isError ? '# Memory\n\n' : endLine(first.text);
      const day = dayIn(turn.now, 'UTC');
      if (!second) return call('write', { path: MEMORY_FILE, content: `${known}- ${day}: ${request.fact}\n` });
      return { text: `I will remember: ${request.fact}` };
    }
    case 'recall':
      if (!first) return call('read', { path: MEMORY_FILE });
      return { text: recall(first, request.about) };
    case 'remind':
      if (!first) {
        return call('cron', {
          action: 'add',
          job: {
            name: cutText(`Reminder: ${request.text}`, 80),
            schedule: { kind: 'at', atMs: turn.now + request.delayMs },
            payload: { kind: 'systemEvent', text: `Reminder: ${request.text}` },
            deleteAfterRun: true,
          },
        });
      }
      return {
        text: `I will remind you at ${/^Set for (.*); job/.exec(first.text)?.[1] ?? 'that time'}: ${request.text}`,
      };
    case 'due':
      return { text: `Reminder: ${request.text}` };
    case 'other':
      return {
        text: `I can't answer that: no language model is connected. ${CONNECT_HINT}\n\nSay **help** to see what I can do meanwhile.`,
      };
  }
}

function recall(answer: ToolAnswer, about: string | undefined): string {
  if (answer.isError) return 'I remember nothing yet. Tell me with: remember <fact>';
  const facts = answer.text.split('\n').filter((line) => line.startsWith('- '));
  const words = foldText(about ?? '')
    .split(/[^\p{L}\p{N}\p{M}]+/u)
    .filter((word) => word.length > 2 && word !== 'about');
  const found =
    words.length === 0 ? facts : facts.filter((line) => words.some((word) => foldText(line).includes(word)));
  if (found.length === 0)
    return about ? `I remember nothing about ${about}.` : 'I remember nothing yet. Tell me with: remember <fact>';
  return found.join('\n');
}

/** No memory file yet is no failure. */
function isMissingMemory(request: OfflineRequest, answer: ToolAnswer): boolean {
  return (
    (request.kind === 'remember' || request.kind === 'recall') &&
    answer.name === 'read' &&
    answer.text.includes('not_found')
  );
}

const call = (name: string, input: Record<string, unknown>): OfflineStep => ({ call: { name, input } });
const endLine = (text: string): string => (text.endsWith('\n') ? text : `${text}\n`);
