import { Alert } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { CardView } from '../../../../api/protocol';
import { KeyValue, Time } from '../../../kit';
import css from '../desk.module.css';

const CHANNELS = { voice: 0, sms: 0, email: 0, chat: 0, post: 0 } as const;
const VALUES = { lifetime_value: 0, churn: 0 } as const;
const RELATIONS = { works_for: 0, household: 0, parent_company: 0, upstream_supplier: 0 } as const;

/** What the card tells beside the fields of the record: what is open, ordered, owed, and with whom they belong together. */
export function CardFacts({ card }: { card: CardView }) {
  const { t, i18n } = useTranslation(['pop', 'crm']);
  const money = (currency: string, minor: number) => {
    const format = new Intl.NumberFormat(i18n.language, { style: 'currency', currency });
    return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
  };
  const figure = (unit: string, milli: number | null) =>
    milli === null
      ? '–'
      : /^[A-Z]{3}$/.test(unit)
        ? money(unit, Math.round(milli / 10))
        : `${new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 2 }).format(milli / 1000)} ${unit}`;
  const channels = card.do_not_contact.map((channel) =>
    channel in CHANNELS ? t(`channel.${channel as keyof typeof CHANNELS}`) : channel,
  );
  const relations = [
    ...new Set(card.related.filter(({ name }) => name !== null).map(({ relation }) => relation)),
  ];
  return (
    <>
      {channels.length > 0 && (
        <Alert color="red" my="sm">
          {t('facts.doNotContact', { channels: channels.join(', ') })}
        </Alert>
      )}
      <KeyValue
        rows={[
          [t('facts.due'), card.due.map(({ currency, minor }) => money(currency, minor)).join(', ')],
          [
            t('facts.warranty'),
            card.warranty_until_ms === null ? null : (
              <Time key="warranty" ms={card.warranty_until_ms} as="date" />
            ),
          ],
          ...card.values.map(
            ({ name, unit, value_milli }) =>
              [
                name in VALUES ? t(`value.${name as keyof typeof VALUES}`) : name,
                figure(unit, value_milli),
              ] as const,
          ),
          ...relations.map(
            (relation) =>
              [
                relation in RELATIONS ? t(`relation.${relation as keyof typeof RELATIONS}`) : relation,
                <Related key={relation} all={card.related.filter((one) => one.relation === relation)} />,
              ] as const,
          ),
        ]}
      />
      {card.open_items.length > 0 && (
        <>
          <h3>{t('facts.open')}</h3>
          <ul className={css.list}>
            {card.open_items.map((item) => (
              <li key={`${item.record}:${item.id}`} className={css.row}>
                <span className={css.label}>
                  {item.kind in OPEN ? t(`crm:timeline.kind.${item.kind as keyof typeof OPEN}`) : item.kind}
                </span>
                <span className={css.grow}>
                  {item.record === 'ticket' ? (
                    <Link href={`/tickets/${item.id}`}>{item.title}</Link>
                  ) : (
                    item.title
                  )}
                </span>
                {item.due_ms !== null && <Time ms={item.due_ms} />}
              </li>
            ))}
          </ul>
        </>
      )}
      {card.orders.length > 0 && (
        <>
          <h3>{t('facts.orders')}</h3>
          <ul className={css.list}>
            {card.orders.map((order) => (
              <li key={order.id} className={css.row}>
                <strong>{order.number}</strong>
                <span className={css.grow}>
                  {order.state in ORDERS ? t(`order.${order.state as keyof typeof ORDERS}`) : order.state}
                  {order.tracking !== null && ` · ${order.tracking}`}
                </span>
                <Time ms={order.placed_ms} as="date" />
                <span className={css.figures}>{money(order.currency, order.total_minor)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

const OPEN = { ticket: 0, order: 0, callback: 0 } as const;
const ORDERS = { open: 0, processing: 0, shipped: 0, delivered: 0, cancelled: 0, returned: 0 } as const;

function Related({ all }: { all: CardView['related'] }) {
  return all
    .filter(({ name }) => name !== null)
    .map(({ customer, name }) => (
      <div key={customer}>
        <Link href={`/customers/${customer}`}>{name}</Link>
      </div>
    ));
}
