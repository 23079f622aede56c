// The one place that names the vendored libraries.
import { createContext, h, render } from "/page/vendor/preact.js";
import { useContext, useEffect, useId, useLayoutEffect, useMemo, useReducer, useRef, useState } from "/page/vendor/hooks.js";
import htm from "/page/vendor/htm.js";

export const html = htm.bind(h);
export { createContext, render, useContext, useEffect, useId, useLayoutEffect, useMemo, useReducer, useRef, useState };
