import temml from 'temml';

/** An element of MathML as it may be drawn. */
export interface MathElement {
  name: string;
  attributes: Readonly<Record<string, string>>;
  style: Readonly<Record<string, string>>;
  children: readonly (MathElement | string)[];
}

const LONGEST = 5000;
/** In em: a formula is no page. */
const LARGEST = 30;
const NAMES = new Set(
  'math mrow mi mn mo ms mtext mspace msup msub msubsup mover munder munderover mfrac msqrt mroot mtable mtr mtd mpadded mphantom mstyle menclose mmultiscripts mprescripts none'.split(
    ' ',
  ),
);
const ATTRIBUTES = new Set(
  'display mathvariant stretchy fence separator form lspace rspace movablelimits largeop symmetric accent accentunder linethickness width height depth voffset minsize maxsize rowspan columnspan columnalign rowspacing columnspacing scriptlevel displaystyle mathcolor mathbackground notation'.split(
    ' ',
  ),
);
const STYLES = new Set(
  'color backgroundColor padding paddingLeft paddingRight paddingTop paddingBottom textAlign border borderTop borderBottom borderLeft borderRight width height verticalAlign fontWeight fontStyle'.split(
    ' ',
  ),
);
/** Signs that tell programs where a function is applied, and are drawn by none. */
const UNDRAWN = /[\u200b\u2061-\u2064]/g;
/** Sizes, names and colours; nothing that is fetched. */
const PLAIN_VALUE = /^[#\w\s.%,+-]*$/;

/** The part of temml that is used: its tree, so that nothing becomes markup. The version is pinned for its sake. */
const { __renderToMathMLTree: treeOf } = temml as unknown as {
  __renderToMathMLTree(expression: string, options: object): Made;
};

/** What temml makes of a formula. */
interface Made {
  type?: unknown;
  text?: unknown;
  href?: unknown;
  attributes?: Record<string, unknown>;
  style?: Record<string, unknown>;
  children?: Made[];
}

/** A formula with its signs as MathML; undefined where it can't be read, or holds what is no part of a formula. */
export function readTex(raw: string): MathElement | undefined {
  if (raw.length > LONGEST) return undefined;
  const text = raw.trim();
  const isWide = text.startsWith('$$') || text.startsWith('\\[');
  const inner = isWide || text.startsWith('\\(') ? text.slice(2, -2) : text.slice(1, -1);
  try {
    const options = {
      displayMode: isWide,
      throwOnError: true,
      strict: false,
      trust: false,
      maxSize: [LARGEST, LARGEST],
    };
    const [found] = drawable(treeOf(inner, options));
    return typeof found === 'string' ? undefined : found;
  } catch {
    return undefined;
  }
}

/** @throws Error for what formulas are not made of, such as a link */
function drawable({ type, text, href, attributes = {}, style = {}, children }: Made): (MathElement | string)[] {
  if (typeof text === 'string') return [text.replace(UNDRAWN, '')];
  // Parts that stand together without an element of their own.
  if (type === undefined && href === undefined && children) return children.flatMap(drawable);
  if (typeof type !== 'string' || !NAMES.has(type)) throw new Error(`${String(type)} is no part of a formula`);
  return [
    {
      name: type,
      attributes: allowed(attributes, ATTRIBUTES),
      style: allowed(style, STYLES),
      children: (children ?? []).flatMap(drawable),
    },
  ];
}

const allowed = (given: Record<string, unknown>, names: ReadonlySet<string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) =>
      names.has(name) && PLAIN_VALUE.test(String(value)) ? [[name, String(value)] as const] : [],
    ),
  );
