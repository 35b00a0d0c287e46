import {
  children,
  childText,
  dateTime,
  element,
  type Field,
  int,
  type LangMap,
  langMap,
  langText,
} from '@sestina/core';
import { Hash } from '@sestina/xep-0300';
import { NS_FILE_METADATA, Thumbnail } from './stanza.js';

const pixels = int(0, 0x7fff_ffff);

/** Width or height: in an element of its own, or in `<dimensions/>` of version 0.1, `1920x1080`. */
function side(name: 'height' | 'width'): Field<number | undefined> {
  const own = childText(name, pixels).lenient();
  return {
    get: (xml) => {
      const value = own.get(xml);
      if (value !== undefined) return value;
      const [, width, height] =
        /^\s*(\d{1,10})x(\d{1,10})\s*$/i.exec(xml.child('dimensions', xml.namespace)?.text ?? '') ?? [];
      const legacy = name === 'width' ? width : height;
      return legacy === undefined ? undefined : pixels.decode(legacy);
    },
    set: (xml, value) => own.set(xml, value),
  };
}

// Said here, since the name of what is written is none that others can import.
type Descriptions = Iterable<readonly [lang: string, text: string]> | Readonly<Record<string, string>> | undefined;
const descriptions: Field<LangMap, Descriptions> = langMap('desc');

/** `<file/>`: what its sender says of a file (XEP-0446 §2). */
export class FileMetadata extends element('file', NS_FILE_METADATA, {
  /** A label, and no path: see `safeName()`. */
  name: childText('name'),
  /** The media type; what is not given is `application/octet-stream`. */
  mediaType: childText('media-type'),
  /** Bytes. */
  size: childText('size', int(0)).lenient(),
  /** When it was changed last. */
  date: childText('date', dateTime).lenient(),
  /** For people, in one language. */
  desc: langText('desc'),
  /** For people, in all languages. */
  descs: descriptions,
  hashes: children(Hash),
  /** Pixels. */
  width: side('width'),
  /** Pixels. */
  height: side('height'),
  /** Milliseconds of sound or film. */
  length: childText('length', int(0)).lenient(),
  thumbnails: children(Thumbnail),
}) {
  /** What is known of a `Blob` or a `File`: size, media type, name and date, and what is given. */
  static of(file: Blob, extras: FileMetadataExtras = {}): FileMetadata {
    const { name, lastModified } = file as { readonly name?: unknown; readonly lastModified?: unknown };
    const { hashes, ...rest } = extras;
    const metadata = new FileMetadata({
      name: typeof name === 'string' ? name : undefined,
      mediaType: file.type || undefined,
      size: file.size,
      date: typeof lastModified === 'number' ? new Date(lastModified) : undefined,
      ...rest,
    });
    for (const hash of hashes ?? []) metadata.hashes.add(hash);
    return metadata;
  }
}

/** What a file does not say of itself. */
export interface FileMetadataExtras {
  readonly name?: string | undefined;
  readonly hashes?: Iterable<Hash> | undefined;
  /** For people. */
  readonly desc?: string | undefined;
  /** Pixels. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** Milliseconds of sound or film. */
  readonly length?: number | undefined;
}
