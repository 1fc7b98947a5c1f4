/** Between what some models write their thoughts into their text: tags, and the marks of chat templates. */
export const THOUGHTS: readonly (readonly [opener: string, closer: string])[] = [
  ...['think', 'thinking', 'thought', 'reasoning', 'seed:think'].map((tag) => [`<${tag}>`, `</${tag}>`] as const),
  ['[think]', '[/think]'],
  ['◁think▷', '◁/think▷'],
  ['<|channel>thought', '<channel|>'],
  ['<|channel|>analysis<|message|>', '<|end|>'],
  ['<|start|>assistant<|channel|>analysis<|message|>', '<|end|>'],
];
/** Marks of chat templates around what is said. */
export const FRAMES = ['<|start|>assistant<|channel|>final<|message|>', '<|channel|>final<|message|>'];
/** Marks with which an answer ends; further on in a text somebody speaks of them. */
export const ENDS = [
  '<|return|>',
  '<|end|>',
  '<|im_end|>',
  '<|eot_id|>',
  '<|endoftext|>',
  '<|end_of_text|>',
  '<|end_of_turn|>',
  '<end_of_turn>',
  '<\uff5cend\u2581of\u2581sentence\uff5c>',
];

/**
 * Between what models write a call of a tool where their server has not read it out of the text; in lower case. An empty end:
 * the rest of the answer.
 */
export const CALLS: readonly (readonly [opener: string, closer: string])[] = [
  ['<tool_call>', '</tool_call>'],
  ['<function_calls>', '</function_calls>'],
  ['<minimax:tool_call>', '</minimax:tool_call>'],
  ['[tool_calls]', ''],
  ['<|python_tag|>', ''],
  ['<|tool_calls_section_begin|>', '<|tool_calls_section_end|>'],
  ['<\uff5ctool\u2581calls\u2581begin\uff5c>', '<\uff5ctool\u2581calls\u2581end\uff5c>'],
];
