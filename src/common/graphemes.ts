let segmenter: Intl.Segmenter | undefined;

/** Takes text apart into what a reader sees as one character. Made on first use: it loads tables of ICU. */
export const graphemes = (): Intl.Segmenter => (segmenter ??= new Intl.Segmenter());
