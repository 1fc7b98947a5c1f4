import { Option, SubCommand } from 'nest-commander';
import { readBoundedFile } from '../../../common/bounded-file';
import { UsageError } from '../../../common/cli/cli-error';
import { jsonList } from '../../../common/cli/json-argument';
import { isPlainObject } from '../../../common/plain-object';
import { decodeOwnText } from '../../../common/text/decode-text';
import { type BrowserOptions, TabCommandBase } from './browser-command-base';

const MOST_BYTES = 200_000;

interface FillField {
  ref: string;
  value: string;
}

@SubCommand({ name: 'fill', description: 'put values into several fields at once' })
export class BrowserFillCommand extends TabCommandBase {
  @Option({ flags: '--fields <json>', description: `such as '[{"ref":"e3","value":"Ann"}]'` })
  parseFields(value: string): FillField[] {
    return fieldsOf('--fields', value);
  }

  @Option({ flags: '--fields-file <path>', description: 'the same in a file' })
  parseFieldsFile(value: string): FillField[] {
    const bytes = readBoundedFile(value, MOST_BYTES);
    if (bytes === undefined)
      throw new UsageError(
        `--fields-file must be a file of at most ${MOST_BYTES} bytes that can be read, got "${value}"`,
      );
    return fieldsOf('--fields-file', decodeOwnText(bytes));
  }

  async run(_: string[], options: BrowserOptions & { fields?: FillField[]; fieldsFile?: FillField[] }): Promise<void> {
    const { targetId, fields, fieldsFile } = options;
    if ((fields === undefined) === (fieldsFile === undefined))
      throw new UsageError('one of --fields <json> and --fields-file <path> is needed');
    await this.tell(options, 'POST', '/act', { targetId, kind: 'fill', fields: fields ?? fieldsFile });
  }
}

/** @throws UsageError naming the form that it must have */
function fieldsOf(flag: string, text: string): FillField[] {
  const fields = jsonList(flag, text);
  if (fields.length > 0 && fields.every(isPlainObject))
    return fields.map(({ ref, value }) => ({ ref: String(ref), value: String(value) }));
  throw new UsageError(`${flag} must be a JSON list of objects with ref and value`);
}

@SubCommand({ name: 'dialog', description: 'how the next dialog of the page is answered' })
export class BrowserDialogCommand extends TabCommandBase {
  @Option({ flags: '--accept', description: 'confirm it' })
  parseAccept(): boolean {
    return true;
  }

  @Option({ flags: '--dismiss', description: 'do not' })
  parseDismiss(): boolean {
    return true;
  }

  @Option({ flags: '--prompt <text>', description: 'with --accept: the answer to its question' })
  parsePrompt(value: string): string {
    return value;
  }

  async run(
    _: string[],
    options: BrowserOptions & { accept?: boolean; dismiss?: boolean; prompt?: string },
  ): Promise<void> {
    const { targetId, accept = false, dismiss = false, prompt: promptText } = options;
    if (accept === dismiss) throw new UsageError('one of --accept and --dismiss is needed');
    if (dismiss && promptText !== undefined) throw new UsageError('--prompt is an answer, which --dismiss gives none');
    await this.tell(options, 'POST', '/hooks/dialog', { targetId, accept, promptText });
  }
}

@SubCommand({ name: 'upload', arguments: '<paths...>', description: 'choose files of the workspace in a file field' })
export class BrowserUploadCommand extends TabCommandBase {
  @Option({ flags: '--input-ref <ref>', description: 'the field by its ref; the first one of the page otherwise' })
  parseInputRef(value: string): string {
    return value;
  }

  @Option({ flags: '--ref <ref>', description: 'the same' })
  parseRef(value: string): string {
    return value;
  }

  @Option({ flags: '--element <css>', description: 'the field by a selector' })
  parseElement(value: string): string {
    return value;
  }

  run(paths: string[], options: BrowserOptions & { inputRef?: string; ref?: string; element?: string }): Promise<void> {
    const { targetId, inputRef, ref, element } = options;
    return this.tell(options, 'POST', '/hooks/file-chooser', { targetId, paths, inputRef, ref, element });
  }
}

export const BROWSER_FORM_LEAVES = [BrowserFillCommand, BrowserDialogCommand, BrowserUploadCommand] as const;
