import type { ReactNode } from "react";

/** Drawn on a grid of 20, in the colour of the text; hidden from assistive technology, as a text is always there too. */
function Icon({ children }: { children: ReactNode }) {
  return (
    <svg
      width="20"
      height="20"
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {children}
    </svg>
  );
}

export const MicrophoneIcon = () => (
  <Icon>
    <rect x="7.25" y="2.5" width="5.5" height="9" rx="2.75" />
    <path d="M4.5 9.5a5.5 5.5 0 0 0 11 0M10 15v2.5" />
  </Icon>
);

export const MatchesIcon = () => (
  <Icon>
    <path d="M3 6c5 0 4.5 8 14 8M3 14c5 0 4.5-8 14-8" />
  </Icon>
);

export const SearchIcon = () => (
  <Icon>
    <circle cx="8.75" cy="8.75" r="5.25" />
    <path d="m12.75 12.75 4 4" />
  </Icon>
);

export const ConnectionsIcon = () => (
  <Icon>
    <circle cx="7.25" cy="10" r="4.5" />
    <circle cx="12.75" cy="10" r="4.5" />
  </Icon>
);

export const PersonIcon = () => (
  <Icon>
    <circle cx="10" cy="6.5" r="3.25" />
    <path d="M3.75 17c.6-3.2 3.1-5 6.25-5s5.65 1.8 6.25 5" />
  </Icon>
);

export const PlayIcon = () => (
  <Icon>
    <path d="M7 4.750v10.5l8-5.250z" fill="currentColor" />
  </Icon>
);

export const PauseIcon = () => (
  <Icon>
    <path d="M7.25 5v10M12.75 5v10" strokeWidth="2.6" />
  </Icon>
);

export const StopIcon = () => (
  <Icon>
    <rect x="5" y="5" width="10" height="10" rx="2" fill="currentColor" />
  </Icon>
);

export const CheckIcon = () => (
  <Icon>
    <path d="m4.5 10.5 3.5 3.5 7.5-8" />
  </Icon>
);

export const CloseIcon = () => (
  <Icon>
    <path d="m5 5 10 10M15 5 5 15" />
  </Icon>
);

export const ChevronIcon = () => (
  <Icon>
    <path d="m5.5 8 4.5 4.5L14.5 8" />
  </Icon>
);

export const MoreIcon = () => (
  <Icon>
    <path d="M4.5 10h.01M10 10h.01M15.5 10h.01" strokeWidth="2.8" />
  </Icon>
);

export const WarningIcon = () => (
  <Icon>
    <path d="M10 6.5v4M10 13.5h.01" />
    <circle cx="10" cy="10" r="7.25" />
  </Icon>
);
