/** Files of a cell: add by button, drop or paste; remove; look at pictures large. */
import { useEffect, useRef, useState } from "react";
import type { Attachment } from "../../api/wire";
import type { EditorProps } from "../descriptor";
import { filesOf, isPicture } from "./descriptor";

function blobUrl(base: string, digest: string, thumb?: number): string {
  const size = thumb === undefined ? "" : `?thumb=${thumb}`;
  return `/api/v1/bases/${encodeURIComponent(base)}/blobs/${digest}${size}`;
}

export function AttachmentEditor({ base, cell, readonly, onChange, onDone, words, upload, field }: EditorProps) {
  const [files, setFiles] = useState<Attachment[]>(() => filesOf(cell));
  const [nUploading, setUploading] = useState(0);
  const [error, setError] = useState<string | null>(null);
  const [large, setLarge] = useState<Attachment | null>(null);
  const picker = useRef<HTMLInputElement>(null);
  const box = useRef<HTMLElement>(null);
  const held = useRef(files);
  useEffect(() => box.current?.focus({ preventScroll: true }), []);

  const change = (next: Attachment[]) => {
    held.current = next;
    setFiles(next);
    onChange(next.length === 0 ? null : next);
  };
  const add = async (chosen: Iterable<File>) => {
    if (!upload || readonly) return;
    setError(null);
    for (const file of Array.from(chosen)) {
      setUploading((n) => n + 1);
      try {
        change([...held.current, await upload(file)]);
      } catch (failure) {
        setError(failure instanceof Error && failure.message ? failure.message : words.uploadFailed);
      } finally {
        setUploading((n) => n - 1);
      }
    }
  };
  const remove = (index: number) => change(files.filter((_, at) => at !== index));
  return (
    <section
      ref={box}
      tabIndex={-1}
      aria-label={field.name}
      className="field-files"
      onPaste={(event) => void add(event.clipboardData.files)}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        void add(event.dataTransfer.files);
      }}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key !== "Escape") return;
        if (large) setLarge(null);
        else onDone();
      }}
    >
      {large ? (
        <button type="button" className="field-large" aria-label={words.close} onClick={() => setLarge(null)}>
          <img src={blobUrl(base, large.digest, 1024)} alt={large.name} />
        </button>
      ) : (
        <ul className="field-file-list">
          {files.map((file, index) => (
            <li key={`${file.digest} ${file.name}`} className="field-file">
              {isPicture(file) ? (
                <button
                  type="button"
                  className="field-thumb"
                  aria-label={`${words.view} ${file.name}`}
                  onClick={() => setLarge(file)}
                >
                  <img src={blobUrl(base, file.digest, 256)} alt="" loading="lazy" />
                </button>
              ) : (
                <a className="field-thumb" href={blobUrl(base, file.digest)} download={file.name}>
                  {file.name}
                </a>
              )}
              <span className="field-file-name" title={file.name}>
                {file.name}
              </span>
              {!readonly && (
                <button
                  type="button"
                  className="field-button"
                  aria-label={`${words.remove} ${file.name}`}
                  onClick={() => remove(index)}
                >
                  ×
                </button>
              )}
            </li>
          ))}
          {files.length === 0 && <li className="field-empty">{readonly ? words.noFiles : words.dropFiles}</li>}
        </ul>
      )}
      {error && (
        <p role="alert" className="field-error">
          {error}
        </p>
      )}
      {!readonly && upload && (
        <>
          <input ref={picker} type="file" multiple hidden onChange={(event) => void add(event.target.files ?? [])} />
          <button
            type="button"
            className="field-button"
            disabled={nUploading > 0}
            onClick={() => picker.current?.click()}
          >
            {nUploading > 0 ? words.uploading.replace("{n}", String(nUploading)) : words.addFiles}
          </button>
        </>
      )}
    </section>
  );
}
