import { Anchor, Title } from '@mantine/core';
import { useMemo } from 'react';
import { type Block, type Inline, markdown } from '../../../core/crm/markdown';
import own from './knowledge.module.css';

/** An article's Markdown, drawn as elements: what is HTML in it is text. */
export function Article({ text }: { text: string }) {
  const blocks = useMemo(() => markdown(text), [text]);
  return (
    <div className={own.article} dir="auto">
      {blocks.map((block, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the text never changes in its place
        <Drawn key={at} block={block} />
      ))}
    </div>
  );
}

function Drawn({ block }: { block: Block }) {
  switch (block.is) {
    case 'heading':
      return (
        <Title order={Math.min(6, block.level + 2) as 3}>
          <Words text={block.text} />
        </Title>
      );
    case 'text':
      return (
        <p>
          <Words text={block.text} />
        </p>
      );
    case 'quote':
      return (
        <blockquote>
          <Words text={block.text} />
        </blockquote>
      );
    case 'code':
      return <pre>{block.text}</pre>;
    case 'line':
      return <hr />;
    case 'list': {
      const items = block.items.map((item, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the text never changes in its place
        <li key={at}>
          <Words text={item} />
        </li>
      ));
      return block.ordered ? <ol>{items}</ol> : <ul>{items}</ul>;
    }
  }
}

function Words({ text }: { text: readonly Inline[] }) {
  // biome-ignore lint/suspicious/noArrayIndexKey: the text never changes in its place
  return text.map((piece, at) => <Word key={at} piece={piece} />);
}

function Word({ piece }: { piece: Inline }) {
  switch (piece.is) {
    case 'strong':
      return <strong>{piece.text}</strong>;
    case 'em':
      return <em>{piece.text}</em>;
    case 'code':
      return <code>{piece.text}</code>;
    case 'link':
      return (
        <Anchor href={piece.href} target="_blank" rel="noopener noreferrer">
          {piece.text}
        </Anchor>
      );
    case 'text':
      return piece.text;
  }
}
