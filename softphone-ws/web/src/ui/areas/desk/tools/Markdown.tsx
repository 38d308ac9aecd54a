import { Fragment } from 'react';
import { type Block, blocksOf, type Inline } from '../../../../core/markdown';
import css from '../desk.module.css';

/** Markdown drawn as elements of our own; whatever else is in it is shown as text. */
export function Markdown({ text }: { text: string }) {
  return blocksOf(text).map((block, n) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the text is drawn as a whole; its parts have no other name.
    <Fragment key={n}>
      <BlockView block={block} />
    </Fragment>
  ));
}

function BlockView({ block }: { block: Block }) {
  switch (block.is) {
    case 'heading':
      return (
        <h3>
          <Inlines all={block.inline} />
        </h3>
      );
    case 'paragraph':
      return (
        <p className={css.text}>
          <Inlines all={block.inline} />
        </p>
      );
    case 'quote':
      return (
        <blockquote className={css.text}>
          <Inlines all={block.inline} />
        </blockquote>
      );
    case 'code':
      return <pre className={css.text}>{block.text}</pre>;
    case 'list': {
      const items = block.items.map((item, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: as above.
        <li key={n}>
          <Inlines all={item} />
        </li>
      ));
      return block.ordered ? <ol>{items}</ol> : <ul>{items}</ul>;
    }
  }
}

function Inlines({ all }: { all: readonly Inline[] }) {
  return all.map((one, n) => {
    // biome-ignore lint/suspicious/noArrayIndexKey: as above.
    return <InlineView key={n} one={one} />;
  });
}

function InlineView({ one }: { one: Inline }) {
  switch (one.is) {
    case 'text':
      return one.text;
    case 'strong':
      return <strong>{one.text}</strong>;
    case 'em':
      return <em>{one.text}</em>;
    case 'code':
      return <code>{one.text}</code>;
    case 'link':
      return (
        <a href={one.href} target="_blank" rel="noopener noreferrer">
          {one.text}
        </a>
      );
  }
}
