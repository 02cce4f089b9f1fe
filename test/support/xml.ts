/**
 * A strict little reader of XML for tests: elements with their attributes in the order in which
 * they begin. It throws where the text is not well-formed; it knows no namespaces, comments or
 * CDATA, which our own files don't use.
 */

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

const CHARACTERS: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
  "&#10;": "\n",
  "&#13;": "\r",
  "&#9;": "\t",
};

export function elementsOf(xml: string): readonly XmlElement[] {
  const elements: XmlElement[] = [];
  const open: string[] = [];
  const body = xml.replace(/^<\?xml [^>]*\?>\n/, "");
  for (const [, tag, text] of body.matchAll(/(<[^>]*>)|([^<]+)/g)) {
    if (tag === undefined) decoded(text ?? "");
    else if (tag.startsWith("</")) {
      if (open.pop() !== tag.slice(2, -1)) throw new Error(`${tag} closes nothing`);
    } else {
      const [, name, attributes, end] = /^<([a-z-]+)((?: [a-z]+="[^"<]*")*)(\/?)>$/.exec(tag) ?? [];
      if (name === undefined) throw new Error(`not well-formed: ${tag}`);
      const pairs = [...(attributes ?? "").matchAll(/ ([a-z]+)="([^"]*)"/g)];
      const values = pairs.map(([, key, value]) => [key ?? "", decoded(value ?? "")] as const);
      elements.push({ name, attributes: Object.fromEntries(values) });
      if (end === "") open.push(name);
    }
  }
  if (open.length > 0) throw new Error(`left open: ${open.join(" ")}`);
  return elements;
}

function decoded(text: string): string {
  if (/[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(text)) {
    throw new Error(`a character that XML may not hold in ${JSON.stringify(text)}`);
  }
  return text.replace(/&[^;]*;?/g, (reference) => {
    const character = CHARACTERS[reference];
    if (character === undefined) throw new Error(`unknown reference ${reference}`);
    return character;
  });
}
