import { refuseOpenApiSchema } from './json-schema';
import { type Body, recordsOf, refuse, refuseHalfPairs, refusePicture, signatureOf, strict } from './refusal';

const NAME = /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/;
const FORMATS = ['image/png', 'image/jpeg', 'image/webp', 'image/heic', 'image/heif'];
const SKIP = ['skip_thought_signature_validator', 'context_engineering_is_the_way_to_go'];

/** `models.streamGenerateContent` as https://ai.google.dev/api/generate-content and its errors describe it. */
export const strictGemini = strict(check, (message) => ({ error: { code: 400, message, status: 'INVALID_ARGUMENT' } }));

function check(body: Body): void {
  refuseHalfPairs(body);
  const contents = recordsOf(body['contents']);
  refuse(contents.length === 0, 'GenerateContentRequest.contents: contents is not specified');
  refuse(contents[0]?.['role'] !== 'user', 'Please ensure that the conversation begins with a user turn.');
  refuse(contents.at(-1)?.['role'] !== 'user', 'Please ensure that the last turn is a user turn.');
  const model = modelOf(body);
  let open: string[] = [];
  contents.forEach((content, at) => {
    const parts = recordsOf(content['parts']);
    refuse(parts.length === 0, `GenerateContentRequest.contents[${at}].parts: contents.parts must not be empty.`);
    parts.forEach((part) => checkPart(part, at));
    const calls = parts.flatMap((part) =>
      part['functionCall'] ? [String((part['functionCall'] as Body)['name'])] : [],
    );
    const results = parts.flatMap((part) =>
      part['functionResponse'] ? [String((part['functionResponse'] as Body)['name'])] : [],
    );
    refuse(
      results.length !== open.length,
      'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.',
    );
    refuse(results.join() !== open.join(), `function responses ${results.join()} for calls ${open.join()}`);
    refuse(
      content['role'] === 'model' && contents[at - 1]?.['role'] === 'model',
      'Please ensure that function call turn comes immediately after a user turn or after a function response turn.',
    );
    refuse(calls.length > 0 && content['role'] !== 'model', 'function calls belong to the model');
    open = calls;
  });
  refuse(open.length > 0, 'function calls without responses at the end');
  checkSignatures(contents, model);
  for (const part of recordsOf((body['systemInstruction'] as Body | undefined)?.['parts']))
    refuse(String(part['text'] ?? '').trim() === '', 'systemInstruction: empty text');
  const total = JSON.stringify(body).length;
  refuse(total > 20 * 1024 * 1024, `Request payload size exceeds the limit: 20971520 bytes.`);
  for (const tool of recordsOf(body['tools'])) checkDeclarations(recordsOf(tool['functionDeclarations']));
}

/** The model stands in the address; the fake puts it into the body. */
const modelOf = (body: Body): string => String(body['model'] ?? '');

function checkPart(part: Body, at: number): void {
  const { text, functionCall, functionResponse, inlineData } = part as Record<string, Body | string | undefined>;
  if (typeof text === 'string')
    refuse(text === '', `contents[${at}]: Unable to submit request because it must have a text parameter`);
  if (functionCall)
    refuse(
      !NAME.test(String((functionCall as Body)['name'])),
      `contents[${at}].function_call.name: Invalid function name. Must start with a letter or an underscore.`,
    );
  if (functionResponse) {
    const { name, response } = functionResponse as Body;
    refuse(!NAME.test(String(name)), `contents[${at}].function_response.name: Name cannot be empty.`);
    refuse(
      typeof response !== 'object' || response === null,
      `contents[${at}].function_response.response: must be an object`,
    );
  }
  if (inlineData) {
    const { mimeType, data } = inlineData as Body;
    refusePicture(String(data), String(mimeType), FORMATS, 20 * 1024 * 1024, `contents[${at}]`);
  }
}

/** From Gemini 3 on, each step since the last word of a person carries the signature that came with it. */
function checkSignatures(contents: readonly Body[], model: string): void {
  const isAsked = (content: Body): boolean =>
    content['role'] === 'user' && !recordsOf(content['parts']).some((part) => part['functionResponse']);
  const asked = contents.findLastIndex(isAsked);
  contents.forEach((content, at) => {
    const parts = recordsOf(content['parts']);
    for (const part of parts) {
      const signature = part['thoughtSignature'];
      if (signature === undefined) continue;
      refuse(signature !== signatureOf(model) && !SKIP.includes(String(signature)), 'Corrupted thought signature.');
    }
    const first = parts.find((part) => part['functionCall']);
    refuse(
      model.startsWith('gemini-3') && at > asked && first !== undefined && first['thoughtSignature'] === undefined,
      'Function call is missing a thought_signature in functionCall parts.',
    );
  });
}

function checkDeclarations(declarations: readonly Body[]): void {
  refuse(declarations.length > 128, `Invalid tools: at most 128 function declarations`);
  const names = declarations.map((declaration) => declaration['name']);
  refuse(new Set(names).size !== names.length, `Duplicate function declaration found`);
  for (const declaration of declarations) {
    const { name, parameters } = declaration;
    refuse(!NAME.test(String(name)), `Invalid function name: ${String(name)}`);
    refuse('parametersJsonSchema' in declaration, 'a schema outside the subset of OpenAPI');
    if (parameters !== undefined) refuseOpenApiSchema(parameters, `function_declarations.${String(name)}.parameters`);
  }
}
