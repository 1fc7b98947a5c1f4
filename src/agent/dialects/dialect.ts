import type { ModelInfo } from '../providers/model-info';
import { type ModelFamily, type ModelServer, familyOf, geminiVersion, serverOf, wordsOf } from './model-family';

const DIGITS = '0123456789';
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const PLAIN = `${LETTERS}${DIGITS}`;
const WORD = `${PLAIN}_-`;
/** ASCII without blanks, quotes and backslashes: `functions.read:0` as Kimi writes it. */
const VISIBLE = `${WORD}.:/+=@#$%&*!?|~^()[]{}<>,;`;

const MB = 1024 * 1024;
const JPEG = 'image/jpeg';
const PNG = 'image/png';
const GIF = 'image/gif';
const WEBP = 'image/webp';

export interface PictureRules {
  /** MIME types; others are converted to the first that fits. */
  formats: readonly string[];
  /** Longest side in pixels. */
  side: number;
  /** Of one picture as base64. */
  base64Bytes: number;
  /** Of all pictures of a request as base64. */
  totalBase64Bytes: number;
  /** Pictures of a request; the newest stay. */
  count: number;
  /** Whether the result of a tool may hold pictures; else they follow it as a message. */
  inResults: boolean;
}

export interface SchemaRules {
  /** Names of parameters. */
  keys?: NameRules;
  /** Characters of a tool's description. */
  descriptionLength: number;
  /** Objects in objects. */
  depth: number;
  /** Tools of a request; the first stay. */
  tools: number;
  /** Gemini's subset: texts as values of `enum`, only parameters that exist are required, items have a type. */
  isOpenApi: boolean;
}

export interface NameRules {
  alphabet: string;
  min: number;
  max: number;
  /** What a name may begin with, where that is not the alphabet. */
  first?: string;
}

/**
 * How what a model thought goes back to it. Always to the model that thought it, at the same provider:
 * - `none`: left out, the server refuses it or has no use for it
 * - `signed`: Claude's blocks with their signature
 * - `blocks`: blocks in Anthropic's format of models that sign nothing
 * - `encrypted`: OpenAI's reasoning items with their encrypted content
 * - `signatures`: Gemini's signatures on its parts
 * - `field`: `reasoning_content`, beside the calls it led to
 */
export type ThoughtRule = 'none' | 'signed' | 'blocks' | 'encrypted' | 'signatures' | 'field';

/** What one target takes: a kind of API, at one server, with one family of models. */
export interface Dialect {
  family: ModelFamily;
  server: ModelServer;
  callIds: NameRules;
  toolNames: NameRules;
  thoughts: ThoughtRule;
  /** A call without a thought is refused, so one that another model made gets a stand-in. */
  wantsThoughts: boolean;
  /** Gemini's signature travels in `extra_content` of a call, and a call without one is refused. */
  wantsSignatures: boolean;
  /** A person may not speak right after the result of a tool. */
  answersAfterResults: boolean;
  /** Texts of one message become one: a list of parts is refused or run together. */
  joinsTexts: boolean;
  pictures: PictureRules;
  schemas: SchemaRules;
}

const SCHEMAS: SchemaRules = { descriptionLength: 8000, depth: 12, tools: 512, isOpenApi: false };
const NAMES: NameRules = { alphabet: WORD, min: 1, max: 64 };
const PICTURES: PictureRules = {
  formats: [JPEG, PNG, WEBP],
  side: 8000,
  base64Bytes: 5 * MB,
  totalBase64Bytes: 30 * MB,
  count: 50,
  inResults: false,
};

type Rules = Omit<Dialect, 'family' | 'server'>;

/**
 * Anthropic: https://platform.claude.com/docs/en/build-with-claude/vision (formats, 5 MB, 100 pictures; 2000 pixels once there
 * are more than 20), …/agents-and-tools/tool-use/implement-tool-use (names), …/build-with-claude/extended-thinking.
 */
const ANTHROPIC: Rules = {
  callIds: { alphabet: WORD, min: 1, max: 64 },
  toolNames: NAMES,
  thoughts: 'signed',
  wantsThoughts: false,
  wantsSignatures: false,
  answersAfterResults: false,
  joinsTexts: false,
  pictures: {
    formats: [JPEG, PNG, GIF, WEBP],
    side: 2000,
    base64Bytes: 5 * MB,
    totalBase64Bytes: 24 * MB,
    count: 100,
    inResults: true,
  },
  schemas: { ...SCHEMAS, keys: { alphabet: `${WORD}.`, min: 1, max: 64 } },
};

/** OpenAI: https://platform.openai.com/docs/guides/function-calling, …/images-vision; lengths as its errors name them. */
const RESPONSES: Rules = {
  callIds: { alphabet: WORD, min: 1, max: 64 },
  toolNames: NAMES,
  thoughts: 'encrypted',
  wantsThoughts: false,
  wantsSignatures: false,
  answersAfterResults: false,
  joinsTexts: false,
  pictures: { ...PICTURES, formats: [JPEG, PNG, WEBP, GIF], count: 500, inResults: true },
  schemas: { ...SCHEMAS, descriptionLength: 1024, tools: 128 },
};

/** Gemini: https://ai.google.dev/gemini-api/docs/function-calling, …/image-understanding, …/thought-signatures. */
const GEMINI: Rules = {
  callIds: { alphabet: WORD, min: 1, max: 64 },
  toolNames: { ...NAMES, first: `${LETTERS}_` },
  thoughts: 'signatures',
  wantsThoughts: false,
  wantsSignatures: false,
  answersAfterResults: false,
  joinsTexts: false,
  pictures: {
    ...PICTURES,
    formats: [JPEG, PNG, WEBP],
    totalBase64Bytes: 14 * MB,
    count: 900,
    inResults: true,
  },
  schemas: { ...SCHEMAS, tools: 128, isOpenApi: true },
};

/** What speaks OpenAI's older format: the strictest that is common, as nobody says what a server of this kind takes. */
const COMPLETIONS: Rules = {
  callIds: { alphabet: VISIBLE, min: 1, max: 40 },
  toolNames: NAMES,
  thoughts: 'none',
  wantsThoughts: false,
  wantsSignatures: false,
  answersAfterResults: false,
  joinsTexts: true,
  pictures: PICTURES,
  schemas: { ...SCHEMAS, descriptionLength: 1024, tools: 128 },
};

const APIS: Readonly<Record<string, Rules>> = {
  'anthropic-messages': ANTHROPIC,
  'openai-responses': RESPONSES,
  'google-generative-ai': GEMINI,
};

interface Overlay extends Partial<Omit<Rules, 'pictures' | 'schemas'>> {
  pictures?: Partial<PictureRules>;
  schemas?: Partial<SchemaRules>;
}

/** What servers of OpenAI's older format refuse beyond it; for the model families they host, see below. */
const SERVERS: Partial<Record<ModelServer, Overlay>> = {
  openai: { pictures: { formats: [JPEG, PNG, WEBP, GIF] } },
  // https://docs.mistral.ai/capabilities/vision
  mistral: { pictures: { formats: [JPEG, PNG, WEBP, GIF], count: 8 } },
  // https://console.groq.com/docs/vision: 4 MB a request, 5 pictures, 33 megapixels.
  groq: { pictures: { base64Bytes: 3 * MB, totalBase64Bytes: 3 * MB, count: 5, side: 5000 } },
  // https://docs.x.ai/docs/guides/image-understanding
  xai: { pictures: { formats: [JPEG, PNG] } },
};

/** These know the fields of OpenAI's format, and refuse a message that has another one. */
const STRICT_FIELDS: ReadonlySet<ModelServer> = new Set(['openai', 'mistral', 'groq', 'cerebras']);

/** What a family of models asks for wherever it runs, in OpenAI's older format. */
const FAMILIES: Partial<Record<ModelFamily, Overlay>> = {
  // https://mistralai.github.io/mistral-common: ids of nine letters and digits, roles in turn.
  mistral: { callIds: { alphabet: PLAIN, min: 9, max: 9 }, answersAfterResults: true, pictures: { count: 8 } },
  claude: {
    callIds: { alphabet: WORD, min: 1, max: 40 },
    pictures: ANTHROPIC.pictures,
    schemas: { ...(ANTHROPIC.schemas.keys ? { keys: ANTHROPIC.schemas.keys } : {}) },
  },
  gemini: { callIds: { alphabet: WORD, min: 1, max: 40 }, toolNames: GEMINI.toolNames, schemas: { isOpenApi: true } },
  openai: { callIds: { alphabet: WORD, min: 1, max: 40 } },
  // https://api-docs.deepseek.com/guides/thinking_mode: a call without its thought is refused.
  deepseek: { thoughts: 'field', wantsThoughts: true },
  // https://platform.moonshot.ai/docs/guide/use-kimi-k2-thinking-model
  kimi: { thoughts: 'field', wantsThoughts: true },
  mimo: { thoughts: 'field', wantsThoughts: true },
  glm: { thoughts: 'field' },
  minimax: { thoughts: 'field' },
};

/** Models of a thinking family that don't think. */
const UNTHINKING = ['chat', 'coder', 'instruct'];

const known = new WeakMap<ModelInfo, Dialect>();

/** What the target of a request takes. */
export function dialectOf(info: ModelInfo): Dialect {
  let dialect = known.get(info);
  if (!dialect) {
    dialect = build(info);
    known.set(info, dialect);
  }
  return dialect;
}

function build(info: ModelInfo): Dialect {
  const family = familyOf(info.id);
  const server = serverOf(info);
  const api = APIS[info.api];
  if (info.api === 'anthropic-messages' && api && family !== 'claude' && FAMILIES[family]?.thoughts === 'field') {
    const wantsThoughts = FAMILIES[family].wantsThoughts === true && !isUnthinking(info.id);
    return { ...api, thoughts: 'blocks', wantsThoughts, family, server };
  }
  if (api) return { ...api, family, server };
  let rules = overlaid(overlaid(COMPLETIONS, SERVERS[server]), FAMILIES[family]);
  if (isUnthinking(info.id)) rules = { ...rules, wantsThoughts: false };
  if (STRICT_FIELDS.has(server)) rules = { ...rules, thoughts: 'none', wantsThoughts: false };
  const wantsSignatures = family === 'gemini' && geminiVersion(info.id) >= 3;
  return { ...rules, wantsSignatures, family, server };
}

const isUnthinking = (id: string): boolean => wordsOf(id).some((word) => UNTHINKING.includes(word));

/** The rules with others on top; of pictures the stricter limit counts. */
function overlaid(rules: Rules, { pictures = {}, schemas = {}, ...others }: Overlay = {}): Rules {
  const { formats = rules.pictures.formats } = pictures;
  const least = (key: 'side' | 'base64Bytes' | 'totalBase64Bytes' | 'count'): number =>
    Math.min(rules.pictures[key], pictures[key] ?? Infinity);
  return {
    ...rules,
    ...others,
    schemas: { ...rules.schemas, ...schemas },
    pictures: {
      formats,
      side: least('side'),
      base64Bytes: least('base64Bytes'),
      totalBase64Bytes: least('totalBase64Bytes'),
      count: least('count'),
      inResults: rules.pictures.inResults,
    },
  };
}
