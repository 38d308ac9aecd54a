/** Design tokens: calm, dense, one accent. 14 px text; figures of one width. */
import {
  convertCssVariables,
  createTheme,
  DEFAULT_THEME,
  defaultCssVariablesResolver,
  mergeMantineTheme,
} from '@mantine/core';

export const theme = createTheme({
  primaryColor: 'indigo',
  primaryShade: { light: 7, dark: 7 },
  autoContrast: true,
  defaultRadius: 'sm',
  cursorType: 'pointer',
  fontFamily:
    'system-ui, "Segoe UI", Roboto, "Noto Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  spacing: { xs: '0.375rem', sm: '0.5rem', md: '0.75rem', lg: '1rem', xl: '1.5rem' },
  headings: {
    sizes: { h1: { fontSize: '1.25rem' }, h2: { fontSize: '1rem' }, h3: { fontSize: '0.875rem' } },
  },
  components: {
    // Locking the page's scroll would inject a <style>; the page itself never scrolls.
    Modal: { defaultProps: { lockScroll: false } },
    Drawer: { defaultProps: { lockScroll: false } },
    Button: { defaultProps: { size: 'xs' } },
    ActionIcon: { defaultProps: { variant: 'subtle' } },
    TextInput: { defaultProps: { size: 'xs' } },
    PasswordInput: { defaultProps: { size: 'xs' } },
    Select: { defaultProps: { size: 'xs' } },
    Textarea: { defaultProps: { size: 'xs' } },
  },
});

/** What a person may choose from; `auto` follows the system. */
export const THEMES = ['auto', 'light', 'dark'] as const;

/** Mantine's own are too pale to be read on their grounds (WCAG 2.2, 1.4.3: 4.5 to 1). */
const DANGER = {
  '--mantine-color-red-filled': 'var(--mantine-color-red-9)',
  '--mantine-color-red-filled-hover': '#b02525',
};
const READABLE = {
  light: {
    ...DANGER,
    '--mantine-color-dimmed': '#59646e',
    '--mantine-color-placeholder': '#6b747c',
    '--mantine-color-yellow-light-color': '#734700',
    '--mantine-color-orange-light-color': '#963407',
    '--mantine-color-lime-light-color': '#3d5c10',
    '--mantine-color-green-light-color': '#1d6a2f',
    ...Object.fromEntries(
      ['red', 'pink', 'grape', 'violet', 'indigo', 'blue', 'cyan', 'teal', 'gray'].map((colour) => [
        `--mantine-color-${colour}-light-color`,
        `var(--mantine-color-${colour}-9)`,
      ]),
    ),
  },
  dark: {
    ...DANGER,
    '--mantine-color-dimmed': '#a9a9ae',
    '--mantine-color-placeholder': '#96969c',
  },
} as const;

/** The theme's variables through CSSOM: a `<style>` of Mantine's own would need `'unsafe-inline'`. */
export function adoptTheme(): void {
  const sheet = new CSSStyleSheet();
  const { variables, light, dark } = defaultCssVariablesResolver(mergeMantineTheme(DEFAULT_THEME, theme));
  const all = { variables, light: { ...light, ...READABLE.light }, dark: { ...dark, ...READABLE.dark } };
  sheet.replaceSync(convertCssVariables(all, ':root'));
  document.adoptedStyleSheets.push(sheet);
}
