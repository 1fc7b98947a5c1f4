#!/usr/bin/env node
// Word documents. usage: docx.mjs text|fields FILE | fill TEMPLATE VALUES.json OUT | make FILE.md OUT | merge OUT FILE...
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { escapeXml, readZip, run, unescapeXml, writeZip } from './zip.mjs';

const USAGE =
  'usage: docx.mjs text FILE | fields FILE | fill TEMPLATE VALUES.json OUT | make FILE.md OUT | merge OUT FILE FILE...';
const BODY = 'word/document.xml';
const FIELD = /\{\{\s*([\w. -]+?)\s*\}\}/g;

run(() => {
  const [command, ...args] = process.argv.slice(2);
  const known = { text, fields, fill, make, merge };
  const most = { text: 1, fields: 1, fill: 3, make: 2 }[command] ?? 99;
  if (!Object.hasOwn(known, command ?? '') || args.length === 0 || args.length > most) throw new Error(USAGE);
  known[command](...args);
});

function open(path) {
  const files = readZip(readFileSync(path));
  if (!files.has(BODY)) throw new Error(`${path} is not a Word document: ${BODY} is missing`);
  return files;
}

function save(path, files, sources) {
  if (sources.includes(path)) throw new Error(`${path} is one of the sources; write to another file`);
  writeFileSync(path, writeZip(files));
  console.log(path);
}

/** Parts that hold text: the body, headers, footers, notes. */
const textParts = (files) =>
  [...files.keys()].filter((name) => /^word\/(document|header\d*|footer\d*|footnotes|endnotes)\.xml$/.test(name));

const paragraphsOf = (xml) => xml.match(/<w:p[ >][\s\S]*?<\/w:p>|<w:p\/>/g) ?? [];
const textOf = (xml) =>
  unescapeXml(
    (xml.match(/<w:t(?: [^>]*)?>[^<]*<\/w:t>|<w:tab\/>|<w:br\b[^>]*\/>/g) ?? [])
      .map((part) =>
        part.startsWith('<w:tab') ? '\t' : part.startsWith('<w:br') ? '\n' : part.replace(/<[^>]+>/g, ''),
      )
      .join(''),
  );

function text(path) {
  const xml = open(path).get(BODY).toString('utf8');
  const lines = [];
  // Tables first, so that their paragraphs are told once, as cells.
  for (const [block] of xml.matchAll(/<w:tbl>[\s\S]*?<\/w:tbl>|<w:p[ >][\s\S]*?<\/w:p>/g)) {
    if (block.startsWith('<w:tbl>')) lines.push(...tableLines(block), '');
    else {
      const style = /<w:pStyle w:val="([^"]*)"/.exec(block)?.[1] ?? '';
      const level = /^(?:Heading|berschrift|Titre|Ttulo)(\d)$/i.exec(style)?.[1];
      const mark =
        style === 'Title' ? '# ' : level ? `${'#'.repeat(Number(level))} ` : block.includes('<w:numPr>') ? '- ' : '';
      lines.push(textOf(block) === '' ? '' : mark + textOf(block));
    }
  }
  console.log(
    lines
      .join('\n')
      .replace(/\n{3,}/g, '\n\n')
      .trim(),
  );
}

function tableLines(block) {
  const rows = (block.match(/<w:tr[ >][\s\S]*?<\/w:tr>/g) ?? []).map((row) =>
    (row.match(/<w:tc>[\s\S]*?<\/w:tc>|<w:tc [\s\S]*?<\/w:tc>/g) ?? []).map((cell) =>
      paragraphsOf(cell).map(textOf).join(' ').replaceAll('|', '\\|').trim(),
    ),
  );
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const [head = [], ...rest] = rows;
  return [line(head), line(head.map(() => '---')), ...rest.map(line)];
}

function fields(path) {
  const files = open(path);
  const names = new Set();
  for (const part of textParts(files))
    for (const paragraph of paragraphsOf(files.get(part).toString('utf8')))
      for (const [, name] of textOf(paragraph).matchAll(FIELD)) names.add(name);
  console.log(names.size > 0 ? [...names].join('\n') : 'no {{fields}} in this document');
}

function fill(template, valuesFile, out) {
  if (!out) throw new Error(USAGE);
  const values = JSON.parse(readFileSync(valuesFile, 'utf8'));
  const files = open(template);
  const [used, lacking] = [new Set(), new Set()];
  for (const part of textParts(files)) {
    const xml = files.get(part).toString('utf8');
    const filled = xml.replace(/<w:p[ >][\s\S]*?<\/w:p>/g, (paragraph) => {
      for (const [, name] of textOf(paragraph).matchAll(FIELD))
        (Object.hasOwn(values, name) ? used : lacking).add(name);
      return fillParagraph(paragraph, values);
    });
    files.set(part, Buffer.from(filled));
  }
  if (lacking.size > 0) throw new Error(`no value for: ${[...lacking].join(', ')}. Nothing was written`);
  const unused = Object.keys(values).filter((name) => !used.has(name));
  if (unused.length > 0) console.error(`not in the document: ${unused.join(', ')}`);
  save(out, files, [template]);
}

/** Word often cuts a field into several runs: the first gets the value, with its own looks, the others lose their part. */
function fillParagraph(paragraph, values) {
  const pieces = [...paragraph.matchAll(/(<w:t(?: [^>]*)?>)([^<]*)(<\/w:t>)/g)].map((match) => ({
    at: match.index,
    length: match[0].length,
    text: unescapeXml(match[2]),
  }));
  const whole = pieces.map((piece) => piece.text).join('');
  const found = [...whole.matchAll(FIELD)].filter(([, name]) => Object.hasOwn(values, name));
  if (found.length === 0) return paragraph;
  for (const match of found.reverse()) {
    let begin = 0;
    let isFirst = true;
    for (const piece of pieces) {
      const [from, to] = [
        Math.max(match.index - begin, 0),
        Math.min(match.index + match[0].length - begin, piece.size ?? piece.text.length),
      ];
      const size = piece.size ?? piece.text.length;
      piece.size = size;
      if (from < size && to > 0) {
        piece.text = piece.text.slice(0, from) + (isFirst ? String(values[match[1]]) : '') + piece.text.slice(to);
        isFirst = false;
      }
      begin += size;
    }
    // Later fields were done first, so what stands before this one has its old places.
  }
  let filled = paragraph;
  for (const { at, length, text: value } of pieces.reverse())
    filled = `${filled.slice(0, at)}<w:t xml:space="preserve">${escapeXml(value).replaceAll('\n', '</w:t><w:br/><w:t xml:space="preserve">')}</w:t>${filled.slice(at + length)}`;
  return filled;
}

const NAMESPACES =
  'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"';
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

/** Headings, paragraphs, lists, tables, bold and italic of Markdown. */
function make(source, out) {
  if (!out) throw new Error(USAGE);
  const blocks = [];
  const lines = readFileSync(source, 'utf8').split(/\r?\n/);
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index];
    const heading = /^(#{1,6})\s+(.*)$/.exec(line);
    const item = /^\s*(?:[-*+]|\d+[.)])\s+(.*)$/.exec(line);
    if (line.trim() === '') continue;
    else if (heading) blocks.push(paragraph(heading[2], `<w:pStyle w:val="Heading${heading[1].length}"/>`));
    else if (item)
      blocks.push(
        paragraph(
          item[1],
          `<w:pStyle w:val="List"/><w:numPr><w:ilvl w:val="0"/><w:numId w:val="${/^\s*\d/.test(line) ? 2 : 1}"/></w:numPr>`,
        ),
      );
    else if (line.startsWith('|')) {
      const rows = [];
      for (; (lines[index] ?? '').startsWith('|'); index++) rows.push(lines[index]);
      index--;
      blocks.push(table(rows.filter((row) => !/^\|[\s|:-]+\|?\s*$/.test(row))));
    } else {
      const words = [line.trim()];
      while (/^[^\s#|\-*+\d]/.test(lines[index + 1] ?? '')) words.push(lines[++index].trim());
      blocks.push(paragraph(words.join(' ')));
    }
  }
  const heading = (level) =>
    `<w:style w:type="paragraph" w:styleId="Heading${level}"><w:name w:val="heading ${level}"/><w:basedOn w:val="Normal"/><w:pPr><w:keepNext/><w:spacing w:before="240" w:after="80"/><w:outlineLvl w:val="${level - 1}"/></w:pPr><w:rPr><w:b/><w:sz w:val="${[36, 30, 26, 24, 22, 22][level - 1]}"/></w:rPr></w:style>`;
  const numbering = (id, format, sign) =>
    `<w:abstractNum w:abstractNumId="${id}"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="${format}"/><w:lvlText w:val="${sign}"/><w:pPr><w:ind w:left="567" w:hanging="283"/></w:pPr></w:lvl></w:abstractNum>`;
  const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const main = 'application/vnd.openxmlformats-officedocument.wordprocessingml';
  save(
    out,
    new Map(
      Object.entries({
        '[Content_Types].xml': `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/${BODY}" ContentType="${main}.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="${main}.styles+xml"/><Override PartName="/word/numbering.xml" ContentType="${main}.numbering+xml"/></Types>`,
        '_rels/.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${office}/officeDocument" Target="${BODY}"/></Relationships>`,
        'word/_rels/document.xml.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${office}/styles" Target="styles.xml"/><Relationship Id="rId2" Type="${office}/numbering" Target="numbering.xml"/></Relationships>`,
        [BODY]: `<w:document ${NAMESPACES}><w:body>${blocks.join('')}<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" w:header="567" w:footer="567" w:gutter="0"/></w:sectPr></w:body></w:document>`,
        'word/styles.xml': `<w:styles ${NAMESPACES}><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:cs="Calibri"/><w:sz w:val="22"/></w:rPr></w:rPrDefault></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:pPr><w:spacing w:after="120"/></w:pPr></w:style><w:style w:type="paragraph" w:styleId="List"><w:name w:val="List"/><w:basedOn w:val="Normal"/></w:style>${[1, 2, 3, 4, 5, 6].map(heading).join('')}</w:styles>`,
        'word/numbering.xml': `<w:numbering ${NAMESPACES}>${numbering(1, 'bullet', '•')}${numbering(2, 'decimal', '%1.')}<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="2"/></w:num></w:numbering>`,
      }).map(([name, xml]) => [name, Buffer.from(HEAD + xml)]),
    ),
    [source],
  );
}

function paragraph(words, properties = '') {
  const runs = words.split(/(\*\*[^*]+\*\*|\*[^*]+\*|_[^_]+_)/).filter((part) => part !== '');
  const run = (part) => {
    const bold = /^\*\*(.+)\*\*$/.exec(part)?.[1];
    const italic = bold === undefined ? /^(?:\*(.+)\*|_(.+)_)$/.exec(part) : null;
    const looks = bold !== undefined ? '<w:rPr><w:b/></w:rPr>' : italic ? '<w:rPr><w:i/></w:rPr>' : '';
    return `<w:r>${looks}<w:t xml:space="preserve">${escapeXml(bold ?? italic?.[1] ?? italic?.[2] ?? part)}</w:t></w:r>`;
  };
  return `<w:p>${properties ? `<w:pPr>${properties}</w:pPr>` : ''}${runs.map(run).join('')}</w:p>`;
}

function table(rows) {
  const cells = rows.map((row) =>
    row
      .replace(/^\||\|\s*$/g, '')
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim().replaceAll('\\|', '|')),
  );
  const border = ['top', 'left', 'bottom', 'right', 'insideH', 'insideV']
    .map((side) => `<w:${side} w:val="single" w:sz="4" w:color="888888"/>`)
    .join('');
  const width = Math.max(...cells.map((row) => row.length));
  return `<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/><w:tblBorders>${border}</w:tblBorders></w:tblPr><w:tblGrid>${'<w:gridCol/>'.repeat(width)}</w:tblGrid>${cells
    .map(
      (row, index) =>
        `<w:tr>${row.map((cell) => `<w:tc>${paragraph(index === 0 && cell !== '' ? `**${cell}**` : cell)}</w:tc>`).join('')}</w:tr>`,
    )
    .join('')}</w:tbl><w:p/>`;
}

/** The texts one after the other, each on a new page, with the looks of the first; pictures and links come along. */
function merge(out, first, ...rest) {
  if (!first || rest.length === 0) throw new Error(USAGE);
  for (const path of [first, ...rest]) if (!existsSync(path)) throw new Error(`${path}: no such file`);
  const files = open(first);
  const relsName = 'word/_rels/document.xml.rels';
  let body = files.get(BODY).toString('utf8');
  let rels =
    files.get(relsName)?.toString('utf8') ??
    `${HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>`;
  let types = files.get('[Content_Types].xml').toString('utf8');
  rest.forEach((path, index) => {
    const other = open(path);
    let added = /<w:body>([\s\S]*)<\/w:body>/.exec(other.get(BODY).toString('utf8'))?.[1] ?? '';
    // Sections and headers of the others stay behind, as do their lists' numbers: a list without its definition is text.
    added = added
      .replace(/<w:sectPr[ >][\s\S]*?<\/w:sectPr>|<w:sectPr\/>/g, '')
      .replace(/<w:numPr>[\s\S]*?<\/w:numPr>/g, '');
    for (const [relation, attributes] of (other.get(relsName)?.toString('utf8') ?? '').matchAll(
      /<Relationship ([^>]*?)\/>/g,
    )) {
      const value = (name) => new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1] ?? '';
      const [id, target] = [value('Id'), value('Target')];
      if (!/\/(image|hyperlink)$/.test(value('Type')) || !added.includes(`"${id}"`)) continue;
      const newId = `m${index}${id}`;
      let newTarget = target;
      if (value('TargetMode') !== 'External') {
        newTarget = `media/m${index}-${target.split('/').at(-1)}`;
        const content = other.get(`word/${target}`) ?? other.get(target.replace(/^\//, ''));
        if (!content) throw new Error(`${path}: ${target} is missing in it`);
        files.set(`word/${newTarget}`, content);
        const ending = newTarget.split('.').at(-1).toLowerCase();
        if (!new RegExp(`Extension="${ending}"`, 'i').test(types))
          types = types.replace(
            '</Types>',
            `<Default Extension="${ending}" ContentType="image/${ending === 'jpg' ? 'jpeg' : ending}"/></Types>`,
          );
      }
      added = added.replaceAll(`"${id}"`, `"${newId}"`);
      rels = rels.replace(
        '</Relationships>',
        `${relation.replace(`Id="${id}"`, `Id="${newId}"`).replace(`Target="${target}"`, `Target="${newTarget}"`)}</Relationships>`,
      );
    }
    const page = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>';
    const end =
      body.lastIndexOf('<w:sectPr') > body.lastIndexOf('</w:p>')
        ? body.lastIndexOf('<w:sectPr')
        : body.lastIndexOf('</w:body>');
    body = body.slice(0, end) + page + added + body.slice(end);
  });
  files.set(BODY, Buffer.from(body));
  files.set(relsName, Buffer.from(rels));
  files.set('[Content_Types].xml', Buffer.from(types));
  save(out, files, [first, ...rest]);
}
