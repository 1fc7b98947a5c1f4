import type { ModelApi } from '../models.config';
import { AnthropicEvents } from './anthropic-events';
import { regularChunk } from './chat-chunk';
import { regularGoogle } from './google-chunk';
import type { Regular } from './model-events';
import { ResponsesEvents } from './responses-events';

/** What puts an answer in this format right. */
export function regularFor(api: ModelApi): Regular {
  switch (api) {
    case 'openai-completions':
      return eachAlone(regularChunk);
    case 'anthropic-messages':
      return new AnthropicEvents();
    case 'openai-responses':
      return new ResponsesEvents();
    case 'google-generative-ai':
      return eachAlone(regularGoogle);
    default:
      return eachAlone((piece) => piece as object);
  }
}

function eachAlone(regular: (piece: unknown) => object | undefined): Regular {
  return { of: (piece) => [regular(piece)].filter((found) => found !== undefined), end: () => [] };
}
