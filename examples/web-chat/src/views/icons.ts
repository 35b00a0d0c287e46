const NS_SVG = 'http://www.w3.org/2000/svg';

/** Lines on a square of 24, by name. */
const PATHS = {
  attach:
    'M20 11.5l-8.2 8.2a5.4 5.4 0 0 1-7.6-7.6l8.6-8.6a3.6 3.6 0 0 1 5.1 5.1l-8.6 8.6a1.8 1.8 0 0 1-2.6-2.6l7.9-7.9',
  back: 'M15 5l-7 7 7 7',
  block: 'M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18zM5.7 5.7l12.6 12.6',
  close: 'M6 6l12 12M18 6L6 18',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  down: 'M12 4v16M5 13l7 7 7-7',
  edit: 'M4 20l1-4L16.5 4.500l3 3L8 19z',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4',
  leave: 'M10 4H5v16h5M14 8l4 4-4 4M18 12H9',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  people:
    'M9 11a3.5 3.5 0 1 0 0-7a3.5 3.5 0 0 0 0 7zM2.5 20a6.5 6.5 0 0 1 13 0M16 4.300a3.5 3.5 0 0 1 0 6.400M18 14.200a6.5 6.5 0 0 1 3.5 5.8',
  plus: 'M12 5v14M5 12h14',
  react: 'M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18zM8.5 14.500a4.5 4.5 0 0 0 7 0M9 9.500h.01M15 9.500h.01',
  reply: 'M10 6L4 12l6 6M4 12h9a7 7 0 0 1 7 7',
  retry: 'M20 11a8 8 0 1 0-2.3 6.300M20 5v6h-6',
  room: 'M5 9h14M5 15h14M10 4L8 20M16 4l-2 16',
  send: 'M4 12l16-8-6 16-3-6z',
  trash: 'M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13',
} as const;

export type IconName = keyof typeof PATHS;

/** A sign beside a text, or on a button that has a label. */
export function icon(name: IconName): SVGElement {
  const svg = document.createElementNS(NS_SVG, 'svg');
  for (const [key, value] of Object.entries({
    viewBox: '0 0 24 24',
    class: 'icon',
    'aria-hidden': 'true',
    'data-name': name,
  })) {
    svg.setAttribute(key, value);
  }
  const path = document.createElementNS(NS_SVG, 'path');
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}
