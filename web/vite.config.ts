import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { brotliCompressSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** Writes a `.br` file beside every text asset of the finished bundle, so that the server never compresses at run time. */
function brotli(): Plugin {
  return {
    name: "brotli",
    apply: "build",
    writeBundle(options, bundle) {
      for (const name of Object.keys(bundle)) {
        const file = path.join(options.dir ?? "dist", name);
        if (!/\.(js|css|html|svg|json)$/.test(name)) continue;
        const source = readFileSync(file);
        if (source.length >= 1024) writeFileSync(`${file}.br`, brotliCompressSync(source));
      }
    },
  };
}

const server = process.env.SUANPAN_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react(), brotli()],
  build: { target: "es2022", chunkSizeWarningLimit: 1200 },
  server: { proxy: { "/api": { target: server, ws: true } } },
  test: { environment: "jsdom", include: ["src/**/*.test.ts", "src/**/*.test.tsx"] },
} as Parameters<typeof defineConfig>[0]);
