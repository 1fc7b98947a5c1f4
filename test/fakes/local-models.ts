import type { Question, Reply } from './model-server';

export type LocalKind = 'ollama' | 'lmstudio' | 'llamacpp' | 'vllm';

/** How a server fails at being asked about itself. */
export type LocalFault = 'silence' | 'html' | 'broken' | 'odd types' | 'refuses' | 'moved';

/** What a server on a machine at home says of the one model it has, in its documented format. */
export class LocalModels {
  /** Paths that were asked, in order. */
  readonly asked: string[] = [];
  fault: LocalFault | undefined;
  /** What the Modelfile of Ollama sets. */
  numCtx: number | undefined;
  isLoaded = false;
  hasVision = false;

  constructor(
    readonly kind: LocalKind,
    readonly model: string,
    /** Tokens that it is loaded with. */
    public window: number,
    readonly most = 131_072,
  ) {}

  readonly about = ({ method, url, text }: Question): Reply | undefined => {
    const path = `${method} ${url.split('?')[0] ?? ''}`;
    const body = this.answerTo(path, text);
    if (body === undefined) return this.kind === 'lmstudio' ? unknownEndpoint(path) : undefined;
    this.asked.push(path);
    switch (this.fault) {
      case 'silence':
        return 'silence';
      case 'html':
        return { body: '<html>Welcome</html>', headers: { 'content-type': 'text/html' } };
      case 'broken':
        return { body: JSON.stringify(body).slice(0, -7) };
      case 'odd types':
        return { body: JSON.parse(JSON.stringify(body).replace(/:\s*\d+/g, ':"many"')) as unknown };
      case 'refuses':
        return { status: 401, body: { error: 'unauthorized' } };
      case 'moved':
        return { status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: {} };
      case undefined:
        return { body };
    }
  };

  private answerTo(path: string, text: string): unknown {
    if (path === 'GET /v1/models') return { object: 'list', data: [this.openAiEntry()] };
    const own: Record<LocalKind, Record<string, () => unknown>> = {
      ollama: { 'POST /api/show': () => this.shown(text), 'GET /api/ps': () => ({ models: this.running() }) },
      lmstudio: { 'GET /api/v0/models': () => ({ object: 'list', data: [this.studioEntry()] }) },
      llamacpp: { 'GET /props': () => this.props() },
      vllm: {},
    };
    return own[this.kind][path]?.();
  }

  /** Only vLLM says how long a request may be. */
  private openAiEntry(): Record<string, unknown> {
    const entry = { id: this.model, object: 'model', created: 1_750_000_000, owned_by: this.kind };
    return this.kind === 'vllm' ? { ...entry, root: this.model, parent: null, max_model_len: this.window } : entry;
  }

  private shown(text: string): unknown {
    const { model } = JSON.parse(text) as { model: string };
    if (model !== this.model) return { error: `model '${model}' not found` };
    return {
      modelfile: `FROM ${this.model}`,
      parameters: [
        'stop                           "<|eot|>"',
        ...(this.numCtx === undefined ? [] : [`num_ctx                        ${this.numCtx}`]),
      ].join('\n'),
      details: { family: 'llama', parameter_size: '8.0B', quantization_level: 'Q4_K_M' },
      model_info: { 'general.architecture': 'llama', 'llama.context_length': this.most, 'llama.block_count': 32 },
      capabilities: ['completion', 'tools', ...(this.hasVision ? ['vision'] : [])],
      modified_at: '2026-01-01T00:00:00Z',
    };
  }

  private running(): unknown[] {
    if (!this.isLoaded) return [];
    return [{ name: this.model, model: this.model, size: 6_654_289_920, context_length: this.window }];
  }

  private studioEntry(): Record<string, unknown> {
    return {
      id: this.model,
      object: 'model',
      type: this.hasVision ? 'vlm' : 'llm',
      publisher: 'somebody',
      arch: 'llama',
      state: this.isLoaded ? 'loaded' : 'not-loaded',
      max_context_length: this.most,
      ...(this.isLoaded ? { loaded_context_length: this.window } : {}),
    };
  }

  private props(): unknown {
    return {
      default_generation_settings: { id: 0, n_ctx: this.window, params: { temperature: 0.8 } },
      total_slots: 1,
      model_path: `/models/${this.model}.gguf`,
      modalities: { vision: this.hasVision, audio: false },
      build_info: 'b6000',
    };
  }
}

/** LM Studio answers what it does not know with status 200. */
const unknownEndpoint = (path: string): Reply => ({ body: { error: `Unexpected endpoint or method. (${path})` } });
