import { findDtoProblems } from '__src__/common/validation/validate-dto';
import { type ToolContext, agentToolOf } from '__src__/tools/agent-tool';
import { __Name__Params, __Name__Tool } from './__name__.tool';

const context = { signal: new AbortController().signal } as ToolContext;

describe('the tool __declared__', () => {
  it('is declared under its name', () => {
    expect(agentToolOf(__Name__Tool)).toMatchObject({ name: '__declared__', params: __Name__Params });
  });

  it('counts', async () => {
    const { content, details } = await new __Name__Tool().execute({ text: ' two  words\n' }, context);
    expect(content).toEqual([{ type: 'text', text: '2 words' }]);
    expect(details).toEqual({ words: 2 });
  });

  it.each([{}, { text: 7 }, { text: 'a', more: 1 }])('does not take %j', (given) => {
    expect(findDtoProblems(__Name__Params, given)).toHaveLength(1);
  });

  it('says what is wrong with a text of blanks, and ends when it is told to', async () => {
    await expect(new __Name__Tool().execute({ text: ' \n' }, context)).rejects.toMatchObject({ code: 'invalid_args' });
    const ended = { signal: AbortSignal.abort() } as ToolContext;
    await expect(new __Name__Tool().execute({ text: 'two words' }, ended)).rejects.toThrow('aborted');
  });
});
