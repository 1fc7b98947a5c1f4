import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { ModelAnswer, ModelRequest } from '../../fakes/model-formats/model-format';
import { until } from '../../harness/gateway-process';
import { Day, OWNER } from './day';
import { type Task, ordinaryDay } from './tasks';
import { type Variant, VARIANTS } from './variants';

const MAX_QUESTIONS = 3;
const describeWithSandbox = process.env['TEST_SANDBOX'] ? describe : describe.skip;

describeWithSandbox('an ordinary day', () => {
  let day: Day;
  beforeAll(async () => {
    day = await Day.begin();
  });
  afterAll(() => day.end());

  it('is done with at most three questions', async () => {
    const { questions, telegram } = day;
    const tasks = ordinaryDay({ site: day.site.url, ownChat: String(OWNER) });
    expect(tasks.length).toBeGreaterThanOrEqual(30);
    for (const task of tasks) await day.do(task);
    expect(day.failures).toEqual([]);
    expect(telegram.textsIn(OWNER)).toContain('Buy the second one.');
    if (questions.length > MAX_QUESTIONS) throw new Error(`${questions.length} questions:\n${questions.join('\n')}`);
  }, 240_000);

  it('has its daily job read, sum up and tell, without asking', async () => {
    const { bench, questions, telegram } = day;
    const before = questions.length;
    bench.models.answer = ({ lastUser, toolResults }: ModelRequest): ModelAnswer =>
      !lastUser.includes('Read mail.txt')
        ? { steps: [{ text: 'done' }] }
        : toolResults === 0
          ? { steps: [{ tool: { name: 'read', args: { path: 'mail.txt' } } }] }
          : { steps: [{ text: 'Ann wants to meet on Friday.' }] };
    const { payload } = await bench.client.call('cron.list', {});
    const job = (payload?.['jobs'] as { id: string; name: string }[]).find(({ name }) => name === 'Mail');
    await bench.client.call('cron.run', { id: job?.id, mode: 'force' });
    await until('the news in the chat', () => telegram.textsIn(OWNER).some((text) => text.includes('Friday')));
    expect(questions).toHaveLength(before);
  });

  it('leaves what was made', () => {
    for (const file of ['sales.svg', 'report.md', join('output', 'kettles.pdf')])
      expect(() => writeFileSync(day.bench.workspace(file), '', { flag: 'r+' })).not.toThrow();
  });
});

/** Every order in which tasks that follow from each other stay in theirs. */
function orders({ first = [] }: Variant, tasks: readonly Task[]): fc.Arbitrary<Task[]> {
  const begin = tasks.filter(({ chain }) => first.includes(chain));
  const rest = tasks.filter(({ chain }) => !first.includes(chain));
  return fc.shuffledSubarray([...rest.keys()], { minLength: rest.length }).map((places) => {
    const left = new Map<string, Task[]>();
    for (const task of rest) left.set(task.chain, [...(left.get(task.chain) ?? []), task]);
    return [...begin, ...places.flatMap((place) => left.get(rest[place]?.chain ?? '')?.shift() ?? [])];
  });
}

describeWithSandbox('a day', () => {
  it.each(VARIANTS.map((variant) => [variant.name, variant] as const))(
    'with %s asks at most three questions, in any order',
    async (_, variant) => {
      await fc.assert(
        fc.asyncProperty(fc.integer(), async (seed) => {
          const day = await Day.begin();
          try {
            const tasks = variant.tasks({ site: day.site.url, ownChat: String(OWNER) });
            const [order = []] = fc.sample(orders(variant, tasks), { numRuns: 1, seed });
            for (const task of order) await day.do(task);
            const told = `${order.map(({ say }) => say).join('; ')}\n`;
            if (day.failures.length > 0) throw new Error(`${told}${day.failures.join('\n')}`);
            if (day.questions.length > MAX_QUESTIONS)
              throw new Error(`${told}${day.questions.length} questions:\n${day.questions.join('\n')}`);
          } finally {
            await day.end();
          }
        }),
        { numRuns: 1, endOnFailure: true },
      );
    },
  );
});
