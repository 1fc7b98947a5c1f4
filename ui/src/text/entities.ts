/** Characters by the names that people and models use for them; what is not here stays as it was written. */
const NAMES =
  'amp & lt < gt > quot " apos \' nbsp \u00a0 ensp \u2002 emsp \u2003 thinsp \u2009 copy © reg ® trade ™ hellip … mdash — ndash – ' +
  'lsquo ‘ rsquo ’ sbquo ‚ ldquo “ rdquo ” bdquo „ laquo « raquo » lsaquo ‹ rsaquo › bull • middot · dagger † Dagger ‡ para ¶ sect § ' +
  'times × divide ÷ plusmn ± minus − deg ° prime ′ Prime ″ frac12 ½ frac14 ¼ frac34 ¾ sup1 ¹ sup2 ² sup3 ³ micro µ permil ‰ ' +
  'euro € pound £ yen ¥ cent ¢ curren ¤ iexcl ¡ iquest ¿ ordf ª ordm º not ¬ macr ¯ acute ´ cedil ¸ uml ¨ brvbar ¦ ' +
  'larr ← uarr ↑ rarr → darr ↓ harr ↔ lArr ⇐ uArr ⇑ rArr ⇒ dArr ⇓ hArr ⇔ infin ∞ ne ≠ le ≤ ge ≥ asymp ≈ equiv ≡ sim ∼ prop ∝ ' +
  'sum ∑ prod ∏ radic √ int ∫ part ∂ nabla ∇ isin ∈ notin ∉ ni ∋ cap ∩ cup ∪ sub ⊂ sup ⊃ sube ⊆ supe ⊇ and ∧ or ∨ forall ∀ exist ∃ ' +
  'empty ∅ oplus ⊕ otimes ⊗ perp ⊥ ang ∠ there4 ∴ sdot ⋅ lceil ⌈ rceil ⌉ lfloor ⌊ rfloor ⌋ loz ◊ spades ♠ clubs ♣ hearts ♥ diams ♦ check ✓ cross ✗ ' +
  'alpha α beta β gamma γ delta δ epsilon ε zeta ζ eta η theta θ iota ι kappa κ lambda λ mu μ nu ν xi ξ omicron ο pi π rho ρ sigma σ ' +
  'sigmaf ς tau τ upsilon υ phi φ chi χ psi ψ omega ω Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Phi Φ Psi Ψ Omega Ω ' +
  'szlig ß Auml Ä Ouml Ö Uuml Ü auml ä ouml ö uuml ü euml ë iuml ï yuml ÿ Agrave À Aacute Á Acirc Â Atilde Ã Aring Å AElig Æ Ccedil Ç ' +
  'Egrave È Eacute É Ecirc Ê Euml Ë Igrave Ì Iacute Í Icirc Î Iuml Ï ETH Ð Ntilde Ñ Ograve Ò Oacute Ó Ocirc Ô Otilde Õ Oslash Ø ' +
  'Ugrave Ù Uacute Ú Ucirc Û Yacute Ý THORN Þ agrave à aacute á acirc â atilde ã aring å aelig æ ccedil ç egrave è eacute é ecirc ê ' +
  'igrave ì iacute í icirc î eth ð ntilde ñ ograve ò oacute ó ocirc ô otilde õ oslash ø ugrave ù uacute ú ucirc û yacute ý thorn þ ' +
  'OElig Œ oelig œ Scaron Š scaron š Yuml Ÿ shy \u00ad zwj \u200d zwnj \u200c lrm \u200e rlm \u200f';

let table: Map<string, string> | undefined;

/** Names of characters that are known here. */
export const entityNames = (): string[] => [...named().keys()];

function named(): Map<string, string> {
  if (table) return table;
  const words = NAMES.split(' ');
  table = new Map();
  for (let at = 0; at + 1 < words.length; at += 2) table.set(words[at] ?? '', words[at + 1] ?? '');
  return table;
}

const ENTITY = /&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|([a-zA-Z][a-zA-Z\d]*));/g;
const UNKNOWN = '\ufffd';

/** A text in which characters are spelt as `&amp;` or `&#x41;`, with the characters themselves. */
export const withoutEntities = (text: string): string =>
  text.includes('&')
    ? text.replace(ENTITY, (entity, decimal?: string, hex?: string, name?: string) =>
        name === undefined
          ? character(decimal === undefined ? parseInt(hex ?? '', 16) : Number(decimal))
          : (named().get(name) ?? entity),
      )
    : text;

function character(code: number): string {
  if (code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return UNKNOWN;
  return String.fromCodePoint(code);
}
