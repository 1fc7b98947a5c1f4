import { fontsFor } from './pdf-fonts';

describe('fonts of a document', () => {
  it('are those of every reader where they do, else some that the machine has', () => {
    expect(fontsFor('Grüße, naïve café – 10 €', () => false).normal).toBe('Helvetica');
    expect(fontsFor('Привет', () => true).normal).toContain('DejaVuSans');
    expect(fontsFor('日本', () => true).normal).toContain('Droid');
  });

  it('are missed with the characters and the package named', () => {
    expect(() => fontsFor('Tea 日本 and Привет', (path) => path.includes('dejavu'))).toThrow(
      'shows 日 本; leave them out, or have one installed (Debian: apt install fonts-droid-fallback)',
    );
    expect(() => fontsFor('Привет, мир', () => false)).toThrow('shows П р и в е т м; leave them out');
    expect(() => fontsFor('абвгдежзик', () => false)).toThrow('and 2 more');
  });
});
