/** Lines of each icon on a field of 24 by 24. */
export const PATHS = {
  home: 'M4 11l8-7 8 7v9h-5v-6H9v6H4z',
  chat: 'M4 5h16v11H9l-5 4z',
  people:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c.5-4 3-6 6.5-6s6 2 6.5 6M16 4.5a3.5 3.5 0 0 1 0 6.5M18 14.5c2 .8 3.2 2.6 3.5 5.5',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3.5 2',
  robot: 'M5 9h14v10H5zM12 9V4M9 13v2M15 13v2M2 13v3M22 13v3',
  star: 'M12 3l2.7 5.7 6.3.8-4.6 4.3 1.2 6.2L12 17l-5.6 3 1.2-6.2L3 9.5l6.3-.8z',
  flag: 'M6 21V4h12l-3 4.5 3 4.5H6',
  lock: 'M6 11h12v9H6zM8.5 11V7.5a3.5 3.5 0 0 1 7 0V11',
  bars: 'M5 20V11M12 20V4M19 20v-6',
  pulse: 'M3 12h4l3-7 4 14 3-7h4',
  lines: 'M4 6h16M4 11h11M4 16h14M4 21h8',
  device: 'M7 3h10v18H7zM11 18h2',
  sliders: 'M4 7h9M17 7h3M15 4.5v5M4 16h3M11 16h9M9 13.5v5',
  key: 'M8 16a4 4 0 1 1 3.5-6H21v4h-2v2h-3v-2h-4.5A4 4 0 0 1 8 16z',
  bug: 'M8 9h8v6a4 4 0 0 1-8 0zM9.5 9a2.5 2.5 0 0 1 5 0M4 8l4 2M20 8l-4 2M3 14h5M21 14h-5M4 20l4-3M20 20l-4-3',
  plus: 'M12 5v14M5 12h14',
  more: 'M4 7h16M4 12h16M4 17h16',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L21 21',
  close: 'M6 6l12 12M18 6L6 18',
  back: 'M14 5l-7 7 7 7',
  check: 'M5 13l4 4L19 7',
  cross: 'M6 6l12 12M18 6L6 18',
  down: 'M6 9l6 6 6-6',
  clip: 'M20 11l-8.5 8.5a5 5 0 0 1-7-7L13 4a3.3 3.3 0 0 1 4.7 4.7l-8.3 8.2a1.7 1.7 0 0 1-2.4-2.4L14.5 7',
  send: 'M12 19V5M6 11l6-6 6 6',
} as const;

export type IconName = keyof typeof PATHS;
