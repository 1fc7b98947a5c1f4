import { FlowText } from './flow-text';
import { scanXml } from './xml-scan';

/** Signs around the children of an element of MathML, by their number. */
const AROUND: Readonly<Record<string, readonly (readonly [open: string, close: string] | undefined)[]>> = {
  mfrac: [
    ['(', ')'],
    ['/(', ')'],
  ],
  msup: [undefined, ['^(', ')']],
  msub: [undefined, ['_(', ')']],
  msubsup: [undefined, ['_(', ')'], ['^(', ')']],
  mover: [undefined, ['^(', ')']],
  munder: [undefined, ['_(', ')']],
  munderover: [undefined, ['_(', ')'], ['^(', ')']],
  mroot: [
    ['√(', ')'],
    ['^(1/', ')'],
  ],
};
/** Signs around all of an element. */
const WHOLE: Readonly<Record<string, readonly [open: string, close: string]>> = {
  msqrt: ['√(', ')'],
  mfenced: ['(', ')'],
};

/** A formula in MathML (W3C, presentation) in one line. */
export function mathText(xml: string): string {
  const flow = new FlowText();
  flow.startParagraph();
  const open: { name: string; children: number; end: string }[] = [];
  scanXml(xml, {
    open: (raw) => {
      const name = raw.slice(raw.indexOf(':') + 1);
      const parent = open.at(-1);
      const [before = '', behind = ''] = (parent && AROUND[parent.name]?.[parent.children]) ?? [];
      const [first = '', last = ''] = WHOLE[name] ?? [];
      if (parent) parent.children++;
      flow.write(before + first);
      open.push({ name, children: 0, end: last + behind });
    },
    close: () => flow.write(open.pop()?.end ?? ''),
    text: (text) => flow.write(text.trim()),
  });
  return flow.end().replace(/\s+/g, ' ').trim();
}
