import { billionsIn } from './model-size';

it.each([
  ['meta-llama/llama-3.3-70b-instruct', 70],
  ['qwen2.5:0.5b', 0.5],
  ['mixtral-8x7b', 56],
  ['gemma3:27B', 27],
  ['gpt-5.4', undefined],
  ['claude-opus-5-5', undefined],
  ['phi-4-bf16', undefined],
  ['model-4bit', undefined],
])('the size of %s', (id, size) => {
  expect(billionsIn(id)).toBe(size);
});
