import { documentPath } from './document-files';

describe('the path of a new document', () => {
  it.each([
    ['Deck ✅', 'output/Deck.pptx'],
    ['Deck.pptx', 'output/Deck.pptx'],
    ['日本語の資料', 'output/日本語の資料.pptx'],
    ['a: b?', 'output/a- b.pptx'],
    ['.hidden', 'output/hidden.pptx'],
    ['✅', 'output/document.pptx'],
  ])('of "%s" is %s', (filename, path) => {
    expect(documentPath(filename, 'Title', 'pptx')).toBe(path);
  });

  it('has no folders', () => {
    expect(() => documentPath('../x', 'Title', 'pptx')).toThrow('must be a plain name');
  });
});
