import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const server = process.env.CORDBOARD_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react()],
  // The server compares Origin with Host; behind the proxy both must be its own.
  server: {
    proxy: {
      '/api': { target: server, changeOrigin: true, headers: { origin: server } },
      '/ws': { target: server, changeOrigin: true, ws: true, headers: { origin: server } },
    },
  },
  build: {
    target: 'es2023',
    manifest: true,
    // Nothing inline: the content-security policy allows only files of our own.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  test: {
    environment: 'jsdom',
    setupFiles: ['src/testing/setup.ts'],
    include: ['src/**/*.test.{ts,tsx}'],
    restoreMocks: true,
    testTimeout: 120_000,
  },
});
