// Made from cti-server/openapi.json; not edited by hand.
// Made anew by: npm run api

export interface paths {
    "/api/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This description */
        get: operations["get_api_openapi_json"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/api-tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List: API tokens
         * @description In the order they were made. Any plain field may be given as a filter: `?name=Sales`.
         */
        get: operations["get_api_tokens"];
        put?: never;
        /**
         * Make an API token
         * @description The token itself is given in this answer only.
         */
        post: operations["post_api_tokens"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/api-tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a api token */
        get: operations["get_api_tokens_by_id"];
        put?: never;
        post?: never;
        /** Delete a api token */
        delete: operations["delete_api_tokens_by_id"];
        options?: never;
        head?: never;
        /** Change a api token */
        patch: operations["patch_api_tokens_by_id"];
        trace?: never;
    };
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who changed what and who heard which recording, the latest first */
        get: operations["get_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/callbacks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List: callbacks, the last made first
         * @description Without a filter, one's own. Those of other people are for supervisors.
         */
        get: operations["get_callbacks"];
        put?: never;
        /** Make a callback */
        post: operations["post_callbacks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/callbacks/due": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Callbacks to be called now, the most urgent first */
        get: operations["get_callbacks_due"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/callbacks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a callback */
        get: operations["get_callbacks_by_id"];
        put?: never;
        post?: never;
        /** Delete a callback */
        delete: operations["delete_callbacks_by_id"];
        options?: never;
        head?: never;
        /** Change a callback */
        patch: operations["patch_callbacks_by_id"];
        trace?: never;
    };
    "/api/v1/callbacks/{id}/attempts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the tries went */
        get: operations["get_callbacks_by_id_attempts"];
        put?: never;
        /** Say how a try went */
        post: operations["post_callbacks_by_id_attempts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/callbacks/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** It is not wanted any more */
        post: operations["post_callbacks_by_id_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/callbacks/{id}/take": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take it, to call now */
        post: operations["post_callbacks_by_id_take"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The live calls, the oldest first
         * @description Agents see the calls they are in and those that wait where they serve; supervisors those of their team and those of nobody yet; administrators all. A page may be short, or empty, and still have a `next`.
         */
        get: operations["get_calls"];
        put?: never;
        /**
         * Have an agent call a number
         * @description The agent's own telephone rings first; when it is lifted, the number is called. Agents call for themselves, supervisors and administrators for anybody. An agent who is in a call can call for help only: then the customer waits. What becomes of the call is in the interaction and on the agent's screen.
         */
        post: operations["post_calls"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A live call
         * @description Agents see the calls they are in and those that wait where they serve; supervisors those of their team and those of nobody yet; administrators all.
         */
        get: operations["get_calls_by_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{id}/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take a message that is offered */
        post: operations["post_calls_by_id_accept"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{id}/answer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Answer a call that rings, on devices that can be answered from afar */
        post: operations["post_calls_by_id_answer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{id}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give the customer to the one consulted */
        post: operations["post_calls_by_id_complete"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{id}/conference": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Bring the customer, the one consulted and the agent together */
        post: operations["post_calls_by_id_conference"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{id}/consult": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Put the customer on hold and ask somebody; not a flow */
        post: operations["post_calls_by_id_consult"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{id}/decision": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Why a call went to whom it went, or waits
         * @description Of calls that are over as well. Agents read it of those they were in. `names` has those of agents, queues, skills and reasons.
         */
        get: operations["get_calls_by_id_decision"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{id}/decline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say no to a call that is offered */
        post: operations["post_calls_by_id_decline"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{id}/digits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send digits to the far side */
        post: operations["post_calls_by_id_digits"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{id}/drop-party": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Put somebody out of the call; the customer: end it */
        post: operations["post_calls_by_id_drop_party"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{id}/finish-message": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The message is dealt with; wrap-up begins */
        post: operations["post_calls_by_id_finish_message"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{id}/force-release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take somebody out of the call, or end all of it */
        post: operations["post_calls_by_id_force_release"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{id}/hang-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Leave the call */
        post: operations["post_calls_by_id_hang_up"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{id}/hold": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Put the others on hold */
        post: operations["post_calls_by_id_hold"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{id}/intercept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take the place of the agent one supervises; not of a supervisor who has done so already */
        post: operations["post_calls_by_id_intercept"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{id}/mode": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Change how well one is heard while supervising */
        post: operations["post_calls_by_id_mode"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{id}/move": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Move a waiting call in its queue or into another; its age is kept. For every supervisor, as a queue belongs to no team */
        post: operations["post_calls_by_id_move"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{id}/mute": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Be heard by nobody, or again */
        post: operations["post_calls_by_id_mute"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{id}/record": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Start, stop, pause or resume the recording */
        post: operations["post_calls_by_id_record"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{id}/retrieve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Be back from hold */
        post: operations["post_calls_by_id_retrieve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{id}/return": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let the one consulted go and be back with the customer */
        post: operations["post_calls_by_id_return"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{id}/return-message": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give the message back: it waits where it did */
        post: operations["post_calls_by_id_return_message"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{id}/supervise": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Hear an agent of the call, and whoever has the customer next; one's own telephone rings for it */
        post: operations["post_calls_by_id_supervise"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{id}/swap": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Speak with the other of the customer and the one consulted */
        post: operations["post_calls_by_id_swap"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{id}/take": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take a waiting call: for agents of its queue, and for every supervisor, as a queue belongs to no team */
        post: operations["post_calls_by_id_take"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{id}/take-message": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take a message out of one's own mailbox, or out of a queue one serves */
        post: operations["post_calls_by_id_take_message"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calls/{id}/transfer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give the customer away at once */
        post: operations["post_calls_by_id_transfer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contracts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List: contracts, the latest first */
        get: operations["get_contracts"];
        put?: never;
        /** Make a contract */
        post: operations["post_contracts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contracts/by-external-id/{external_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Push a contract in by its id in another system
         * @description The row becomes as the body says, whole; done again with the same body it changes nothing. The last push wins. Instead of `customer_id` there may be `customer_external_id`, instead of `product_id` `product_sku`.
         */
        put: operations["put_contracts_by_external_id_by_external_id"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contracts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a contract */
        get: operations["get_contracts_by_id"];
        put?: never;
        post?: never;
        /** Delete a contract */
        delete: operations["delete_contracts_by_id"];
        options?: never;
        head?: never;
        /** Change a contract */
        patch: operations["patch_contracts_by_id"];
        trace?: never;
    };
    "/api/v1/custom-fields": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List: custom fields
         * @description In the order they were made. Any plain field may be given as a filter: `?name=Sales`.
         */
        get: operations["get_custom_fields"];
        put?: never;
        /** Make a custom field */
        post: operations["post_custom_fields"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/custom-fields/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a custom field */
        get: operations["get_custom_fields_by_id"];
        put?: never;
        post?: never;
        /** Delete a custom field */
        delete: operations["delete_custom_fields_by_id"];
        options?: never;
        head?: never;
        /** Change a custom field */
        patch: operations["patch_custom_fields_by_id"];
        trace?: never;
    };
    "/api/v1/customers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Find customers
         * @description In the order they were made; by tier, owner, team or not_contacted_days those longest without contact first; by search in the order of what was found. A page may be short, or empty: go on while there is a `next`.
         */
        get: operations["get_customers"];
        put?: never;
        /** Add a customer with their contact points */
        post: operations["post_customers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/by-external-id/{external_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Write a customer by their id in another system
         * @description Made when nobody has the id, else changed: fields that are not named stay, contact points, where given, replace those there are. The same sent twice changes nothing. The id of one who was merged leads to the survivor.
         */
        put: operations["put_customers_by_external_id_by_external_id"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a customer */
        get: operations["get_customers_by_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change a customer */
        patch: operations["patch_customers_by_id"];
        trace?: never;
    };
    "/api/v1/customers/{id}/card": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The card shown when they call */
        get: operations["get_customers_by_id_card"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/{id}/consent": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether a customer may be contacted, channel by channel */
        get: operations["get_customers_by_id_consent"];
        put?: never;
        /** Record what a customer allows or forbids */
        post: operations["post_customers_by_id_consent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/{id}/consent/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All a customer allowed and forbade, the latest first */
        get: operations["get_customers_by_id_consent_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/{id}/contacts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Replace a customer's contact points */
        put: operations["put_customers_by_id_contacts"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/{id}/contracts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A customer's contracts, the latest first */
        get: operations["get_customers_by_id_contracts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/{id}/due": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a customer has still to pay */
        get: operations["get_customers_by_id_due"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/{id}/duplicates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who may be the same as this customer
         * @description Each with a score from 0 to 100 and its reasons. From 60 on two are suggested as one.
         */
        get: operations["get_customers_by_id_duplicates"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/{id}/entitlements": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a customer is entitled to */
        get: operations["get_customers_by_id_entitlements"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/{id}/erase": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Erase or anonymise a customer everywhere
         * @description The record, how they are reached, what the log refers to, recordings, what the audit says of them, and what could undo merges. It cannot be undone. Files of recordings go within seconds; the certificate is complete then.
         */
        post: operations["post_customers_by_id_erase"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/{id}/merge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Merge another customer into this one
         * @description The other's id leads here from now on, as does their id in another system. Choosing the other's value of a field is writing it: who may not write the field may not choose.
         */
        post: operations["post_customers_by_id_merge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/{id}/merge/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What a merge would do
         * @description Every field of both with what it becomes, where they differ, how the customer will be reached, and what moves.
         */
        post: operations["post_customers_by_id_merge_preview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/{id}/merges": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The merges into a customer, in their order */
        get: operations["get_customers_by_id_merges"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/{id}/orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A customer's orders, the latest first */
        get: operations["get_customers_by_id_orders"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/{id}/products": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a customer owns, the latest first */
        get: operations["get_customers_by_id_products"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/{id}/relations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whom a customer belongs together with */
        get: operations["get_customers_by_id_relations"];
        put?: never;
        /** Relate a customer to another */
        post: operations["post_customers_by_id_relations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/{id}/relations/{relation}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Take a relation away */
        delete: operations["delete_customers_by_id_relations_by_relation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/{id}/shares": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** With whom a customer is shared beyond their visibility */
        get: operations["get_customers_by_id_shares"];
        /** Share a customer */
        put: operations["put_customers_by_id_shares"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/{id}/tickets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A customer's tickets
         * @description Those they are the main customer of and those they are linked to, the latest made first.
         */
        get: operations["get_customers_by_id_tickets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/{id}/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What happened with a customer on all channels, the latest first */
        get: operations["get_customers_by_id_timeline"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/{id}/values": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the formulas give for a customer
         * @description Each with its version, its text and what it was computed from. Computed anew when something happened, or after an hour.
         */
        get: operations["get_customers_by_id_values"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/dial-rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List: dial rules
         * @description In the order they were made. Any plain field may be given as a filter: `?name=Sales`.
         */
        get: operations["get_dial_rules"];
        put?: never;
        /** Make a dial rule */
        post: operations["post_dial_rules"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/dial-rules/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a dial rule */
        get: operations["get_dial_rules_by_id"];
        put?: never;
        post?: never;
        /** Delete a dial rule */
        delete: operations["delete_dial_rules_by_id"];
        options?: never;
        head?: never;
        /** Change a dial rule */
        patch: operations["patch_dial_rules_by_id"];
        trace?: never;
    };
    "/api/v1/directory": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * To whom a call may be given
         * @description First the number that was typed, if one may call it, then agents who are ready, queues, other agents, flows, and agents who are signed out and take messages; each by name. Oneself is not among them.
         */
        get: operations["get_directory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/duplicates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Pairs to be decided, the likeliest first */
        get: operations["get_duplicates"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/duplicates/{id}/dismiss": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say that two are not the same */
        post: operations["post_duplicates_by_id_dismiss"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/erasures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Certificates, the latest first */
        get: operations["get_erasures"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/erasures/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a certificate */
        get: operations["get_erasures_by_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/exports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who exported what, the latest first */
        get: operations["get_exports"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/exports/customers.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Customers as CSV
         * @description UTF-8 with a byte order mark (RFC 4180). Cells that a spreadsheet would take for a formula begin with an apostrophe. Who exports what stands in the audit and in the list of exports.
         */
        get: operations["get_exports_customers_csv"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/flows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List: flows
         * @description In the order they were made. Any plain field may be given as a filter: `?name=Sales`.
         */
        get: operations["get_flows"];
        put?: never;
        /** Make a flow */
        post: operations["post_flows"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/flows/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Check a flow's document against the present configuration */
        post: operations["post_flows_check"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/flows/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a flow */
        get: operations["get_flows_by_id"];
        put?: never;
        post?: never;
        /** Delete a flow */
        delete: operations["delete_flows_by_id"];
        options?: never;
        head?: never;
        /** Change a flow */
        patch: operations["patch_flows_by_id"];
        trace?: never;
    };
    "/api/v1/flows/{id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List a flow's latest 200 versions, the newest first */
        get: operations["get_flows_by_id_versions"];
        put?: never;
        /** Add a version as a draft */
        post: operations["post_flows_by_id_versions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/flows/{id}/versions/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a version */
        get: operations["get_flows_by_id_versions_by_number"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/flows/{id}/versions/{number}/publish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a version the one new calls take
         * @description Calls under way go on with the version they began with. Publishing an old version is how one goes back.
         */
        post: operations["post_flows_by_id_versions_by_number_publish"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/formulas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List: formulas
         * @description In the order they were made. Any plain field may be given as a filter: `?name=Sales`.
         */
        get: operations["get_formulas"];
        put?: never;
        /** Make a formula */
        post: operations["post_formulas"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/formulas/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Check a text */
        post: operations["post_formulas_check"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/formulas/variables": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a formula may ask of a customer */
        get: operations["get_formulas_variables"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/formulas/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a formula */
        get: operations["get_formulas_by_id"];
        put?: never;
        post?: never;
        /** Delete a formula */
        delete: operations["delete_formulas_by_id"];
        options?: never;
        head?: never;
        /** Change a formula */
        patch: operations["patch_formulas_by_id"];
        trace?: never;
    };
    "/api/v1/formulas/{id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List a formula's latest 200 versions, the newest first */
        get: operations["get_formulas_by_id_versions"];
        put?: never;
        /** Add a version */
        post: operations["post_formulas_by_id_versions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/formulas/{id}/versions/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a version */
        get: operations["get_formulas_by_id_versions_by_number"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/formulas/{id}/versions/{number}/publish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a version the one that counts
         * @description What was computed by another version is stale from now on. Publishing an old version is how one goes back.
         */
        post: operations["post_formulas_by_id_versions_by_number_publish"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/hours": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List: hours
         * @description In the order they were made. Any plain field may be given as a filter: `?name=Sales`.
         */
        get: operations["get_hours"];
        put?: never;
        /** Make a hours */
        post: operations["post_hours"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/hours/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a hours */
        get: operations["get_hours_by_id"];
        put?: never;
        post?: never;
        /** Delete a hours */
        delete: operations["delete_hours_by_id"];
        options?: never;
        head?: never;
        /** Change a hours */
        patch: operations["patch_hours_by_id"];
        trace?: never;
    };
    "/api/v1/imports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List: imports
         * @description In the order they were made. Any plain field may be given as a filter: `?name=Sales`.
         */
        get: operations["get_imports"];
        put?: never;
        /** Make a import */
        post: operations["post_imports"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a import */
        get: operations["get_imports_by_id"];
        put?: never;
        post?: never;
        /** Delete a import */
        delete: operations["delete_imports_by_id"];
        options?: never;
        head?: never;
        /** Change a import */
        patch: operations["patch_imports_by_id"];
        trace?: never;
    };
    "/api/v1/imports/{id}/errors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The rows that were refused, with the reason */
        get: operations["get_imports_by_id_errors"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/{id}/errors.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The same as a file, with the rows as they were */
        get: operations["get_imports_by_id_errors_csv"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/{id}/file": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Send the file of an import
         * @description At most 2 GiB. UTF-8 with or without a byte order mark, or what the import's encoding says; the first line names the columns.
         */
        put: operations["put_imports_by_id_file"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/{id}/progress": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How far an import is */
        get: operations["get_imports_by_id_progress"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/{id}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin an import, or try it
         * @description One that was stopped, or failed, goes on behind the last row it took over.
         */
        post: operations["post_imports_by_id_start"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/{id}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop an import
         * @description What was taken over stays; it can go on.
         */
        post: operations["post_imports_by_id_stop"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/interactions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List interactions, the latest first
         * @description An agent gets those they were the last agent of, whatever `agent` says. From `direction` on, filters look at 20,000 interactions at once: a page may be short, or empty, and still have a `next`.
         */
        get: operations["get_interactions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/interactions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read an interaction
         * @description With participants and their segments, work with offers and decisions, assignments, recordings and events.
         */
        get: operations["get_interactions_by_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/interactions/{id}/customer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Say who the customer is
         * @description For those who talk with them, or are in wrap-up, and for their supervisors. The log, the screens of all who have the contact and flows that follow go by it; others it may have been are named behind.
         */
        put: operations["put_interactions_by_id_customer"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/interactions/{id}/sip": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The SIP messages of an interaction
         * @description The first and the last messages of each leg, for as long as the call lasts and up to 15 minutes longer; under load less. With `Accept: text/plain` drawn as a ladder. Digests, nonces, keys of encrypted media, digits and tokens are masked. Who reads it stands in the audit.
         */
        get: operations["get_interactions_by_id_sip"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/knowledge/articles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List articles
         * @description In the order they were made. Who does not write articles sees published ones that are for them.
         */
        get: operations["get_knowledge_articles"];
        put?: never;
        /** Write an article; its first version is a draft */
        post: operations["post_knowledge_articles"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/knowledge/articles/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read an article
         * @description With the version that is published, or, for who writes articles, the latest.
         */
        get: operations["get_knowledge_articles_by_id"];
        put?: never;
        post?: never;
        /** Delete an article that was never published */
        delete: operations["delete_knowledge_articles_by_id"];
        options?: never;
        head?: never;
        /** Change an article's category, audience and times */
        patch: operations["patch_knowledge_articles_by_id"];
        trace?: never;
    };
    "/api/v1/knowledge/articles/{id}/comments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What readers wrote about an article, the latest first */
        get: operations["get_knowledge_articles_by_id_comments"];
        put?: never;
        /** Write about an article */
        post: operations["post_knowledge_articles_by_id_comments"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/knowledge/articles/{id}/rating": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Rate an article, once each */
        put: operations["put_knowledge_articles_by_id_rating"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/knowledge/articles/{id}/retire": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take an article away from its readers */
        post: operations["post_knowledge_articles_by_id_retire"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/knowledge/articles/{id}/used": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Note that an article was used in a contact, and whether it solved the case
         * @description Once for each contact; said again, the last word counts.
         */
        post: operations["post_knowledge_articles_by_id_used"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/knowledge/articles/{id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List an article's latest 200 versions, the newest first */
        get: operations["get_knowledge_articles_by_id_versions"];
        put?: never;
        /** Add a text as the article's next version, a draft */
        post: operations["post_knowledge_articles_by_id_versions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/knowledge/articles/{id}/versions/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a version */
        get: operations["get_knowledge_articles_by_id_versions_by_number"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/knowledge/articles/{id}/versions/{number}/publish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a reviewed version the one readers see
         * @description The one before is retired. Publishing it again is how one goes back.
         */
        post: operations["post_knowledge_articles_by_id_versions_by_number_publish"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/knowledge/articles/{id}/versions/{number}/review": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Find a version right, or send it back with a note
         * @description Nobody reviews what they wrote themselves, but an administrator.
         */
        post: operations["post_knowledge_articles_by_id_versions_by_number_review"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/knowledge/articles/{id}/versions/{number}/submit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Hand a draft in for review */
        post: operations["post_knowledge_articles_by_id_versions_by_number_submit"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/knowledge/categories": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List: knowledge
         * @description In the order they were made. Any plain field may be given as a filter: `?name=Sales`.
         */
        get: operations["get_knowledge_categories"];
        put?: never;
        /** Make a knowledge category */
        post: operations["post_knowledge_categories"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/knowledge/categories/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a knowledge category */
        get: operations["get_knowledge_categories_by_id"];
        put?: never;
        post?: never;
        /** Delete a knowledge category */
        delete: operations["delete_knowledge_categories_by_id"];
        options?: never;
        head?: never;
        /** Change a knowledge category */
        patch: operations["patch_knowledge_categories_by_id"];
        trace?: never;
    };
    "/api/v1/knowledge/requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List: knowledge
         * @description In the order they were made. Any plain field may be given as a filter: `?name=Sales`.
         */
        get: operations["get_knowledge_requests"];
        put?: never;
        /** Make a article request */
        post: operations["post_knowledge_requests"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/knowledge/requests/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a article request */
        get: operations["get_knowledge_requests_by_id"];
        put?: never;
        post?: never;
        /** Delete a article request */
        delete: operations["delete_knowledge_requests_by_id"];
        options?: never;
        head?: never;
        /** Change a article request */
        patch: operations["patch_knowledge_requests_by_id"];
        trace?: never;
    };
    "/api/v1/knowledge/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Find articles by what is in them
         * @description English and Chinese. Ranked by how well the text fits and how often the article solved the contact it was used in; `why` says how.
         */
        get: operations["get_knowledge_search"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/knowledge/searches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was searched for most often, without who */
        get: operations["get_knowledge_searches"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/knowledge/searches/unsolved": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The searches that solved nothing most often, without who */
        get: operations["get_knowledge_searches_unsolved"];
        put?: never;
        /**
         * Make a ticket or a request for an article of a search that solved nothing
         * @description With `ticket` a ticket is made, else a request for an article. The search counts as unsolved, without who searched.
         */
        post: operations["post_knowledge_searches_unsolved"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/legal-holds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Legal holds, the latest first */
        get: operations["get_legal_holds"];
        put?: never;
        /**
         * Set a legal hold on a customer or an interaction
         * @description While it stands, neither a person nor a policy erases what it is about.
         */
        post: operations["post_legal_holds"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/legal-holds/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a legal hold */
        get: operations["get_legal_holds_by_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/legal-holds/{id}/lift": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lift a legal hold */
        post: operations["post_legal_holds_by_id_lift"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/lookup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who has a number: all cards, the likeliest first
         * @description Exact matches; without any, those whose number ends alike and companies it may be an extension of, as `matched` says. Of a customer one may not see there is only that they are there.
         */
        get: operations["get_lookup"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/merges/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a merge */
        get: operations["get_merges_by_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/merges/{id}/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take a merge back
         * @description Both customers are as they were, but for what was written since; `kept` names the fields that stayed.
         */
        post: operations["post_merges_by_id_undo"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/my-work": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What one has to do, the most urgent first
         * @description Open tasks and callbacks of oneself, one's team and the queues one serves, and what one was told and has not read. A step of priority counts like four hours of lateness; work without a time stands thirty days after it was made.
         */
        get: operations["get_my_work"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Notes on something, the latest first
         * @description Exactly one of these must be given. Of a customer, also the notes on what belongs to them.
         */
        get: operations["get_notes"];
        put?: never;
        /** Make a note */
        post: operations["post_notes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notes/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a note */
        get: operations["get_notes_by_id"];
        put?: never;
        post?: never;
        /** Delete a note */
        delete: operations["delete_notes_by_id"];
        options?: never;
        head?: never;
        /**
         * Change a note
         * @description Only the text, and only by who wrote it.
         */
        patch: operations["patch_notes_by_id"];
        trace?: never;
    };
    "/api/v1/notes/{id}/attachments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The files attached, in the order they came */
        get: operations["get_notes_by_id_attachments"];
        put?: never;
        /**
         * Attach a file
         * @description At most 10 MiB, of a type that browsers do not run; Content-Type says which.
         */
        post: operations["post_notes_by_id_attachments"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notes/{id}/attachments/{attachment}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Save a file attached */
        get: operations["get_notes_by_id_attachments_by_attachment"];
        put?: never;
        post?: never;
        /** Delete a file attached */
        delete: operations["delete_notes_by_id_attachments_by_attachment"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What one should know of tickets, the latest first */
        get: operations["get_notices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notices/{id}/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Note that one has read it */
        post: operations["post_notices_by_id_read"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What one was told, the latest first */
        get: operations["get_notifications"];
        put?: never;
        /**
         * Write to people
         * @description It stands on their screens at once, and in their notifications as `message`. A supervisor with a team writes to its people only. The audit has that it was written and to how many.
         */
        post: operations["post_notifications"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Mark notifications as read */
        post: operations["post_notifications_read"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/numbers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List: numbers
         * @description In the order they were made. Any plain field may be given as a filter: `?name=Sales`.
         */
        get: operations["get_numbers"];
        put?: never;
        /** Make a number */
        post: operations["post_numbers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/numbers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a number */
        get: operations["get_numbers_by_id"];
        put?: never;
        post?: never;
        /** Delete a number */
        delete: operations["delete_numbers_by_id"];
        options?: never;
        head?: never;
        /** Change a number */
        patch: operations["patch_numbers_by_id"];
        trace?: never;
    };
    "/api/v1/orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List: orders, the latest first */
        get: operations["get_orders"];
        put?: never;
        /** Make a order */
        post: operations["post_orders"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orders/by-external-id/{external_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Push a order in by its id in another system
         * @description The row becomes as the body says, whole; done again with the same body it changes nothing. The last push wins. Instead of `customer_id` there may be `customer_external_id`, instead of `product_id` `product_sku`.
         */
        put: operations["put_orders_by_external_id_by_external_id"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orders/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a order */
        get: operations["get_orders_by_id"];
        put?: never;
        post?: never;
        /** Delete a order */
        delete: operations["delete_orders_by_id"];
        options?: never;
        head?: never;
        /** Change a order */
        patch: operations["patch_orders_by_id"];
        trace?: never;
    };
    "/api/v1/phones": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List: phones
         * @description In the order they were made. Any plain field may be given as a filter: `?name=Sales`.
         */
        get: operations["get_phones"];
        put?: never;
        /** Make a phone */
        post: operations["post_phones"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/phones/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a phone */
        get: operations["get_phones_by_id"];
        put?: never;
        post?: never;
        /** Delete a phone */
        delete: operations["delete_phones_by_id"];
        options?: never;
        head?: never;
        /** Change a phone */
        patch: operations["patch_phones_by_id"];
        trace?: never;
    };
    "/api/v1/products": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List: products
         * @description In the order they were made. Any plain field may be given as a filter: `?name=Sales`.
         */
        get: operations["get_products"];
        put?: never;
        /** Make a product */
        post: operations["post_products"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/products-owned": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List: products owned, the latest first */
        get: operations["get_products_owned"];
        put?: never;
        /** Make a product owned */
        post: operations["post_products_owned"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/products-owned/by-external-id/{external_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Push a product owned in by its id in another system
         * @description The row becomes as the body says, whole; done again with the same body it changes nothing. The last push wins. Instead of `customer_id` there may be `customer_external_id`, instead of `product_id` `product_sku`.
         */
        put: operations["put_products_owned_by_external_id_by_external_id"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/products-owned/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a product owned */
        get: operations["get_products_owned_by_id"];
        put?: never;
        post?: never;
        /** Delete a product owned */
        delete: operations["delete_products_owned_by_id"];
        options?: never;
        head?: never;
        /** Change a product owned */
        patch: operations["patch_products_owned_by_id"];
        trace?: never;
    };
    "/api/v1/products/by-external-id/{external_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Push a product in by its id in another system
         * @description The row becomes as the body says, whole; done again with the same body it changes nothing. The last push wins. Instead of `customer_id` there may be `customer_external_id`, instead of `product_id` `product_sku`.
         */
        put: operations["put_products_by_external_id_by_external_id"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/products/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a product */
        get: operations["get_products_by_id"];
        put?: never;
        post?: never;
        /** Delete a product */
        delete: operations["delete_products_by_id"];
        options?: never;
        head?: never;
        /** Change a product */
        patch: operations["patch_products_by_id"];
        trace?: never;
    };
    "/api/v1/queues": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List: queues
         * @description In the order they were made. Any plain field may be given as a filter: `?name=Sales`.
         */
        get: operations["get_queues"];
        put?: never;
        /** Make a queue */
        post: operations["post_queues"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/queues/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a queue */
        get: operations["get_queues_by_id"];
        put?: never;
        post?: never;
        /** Delete a queue */
        delete: operations["delete_queues_by_id"];
        options?: never;
        head?: never;
        /** Change a queue */
        patch: operations["patch_queues_by_id"];
        trace?: never;
    };
    "/api/v1/queues/{id}/script": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The script calls of a queue show */
        get: operations["get_queues_by_id_script"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ratings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rate a ticket by a token
         * @description For customers: nobody need be signed in. A token works once; who shows too many wrong ones must wait.
         */
        post: operations["post_ratings"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reasons": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List: reasons
         * @description In the order they were made. Any plain field may be given as a filter: `?name=Sales`.
         */
        get: operations["get_reasons"];
        put?: never;
        /** Make a reason */
        post: operations["post_reasons"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reasons/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a reason */
        get: operations["get_reasons_by_id"];
        put?: never;
        post?: never;
        /** Delete a reason */
        delete: operations["delete_reasons_by_id"];
        options?: never;
        head?: never;
        /** Change a reason */
        patch: operations["patch_reasons_by_id"];
        trace?: never;
    };
    "/api/v1/recordings/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read what is known of a recording
         * @description Its parts lie on one timeline; `offset_ms` says where each begins.
         */
        get: operations["get_recordings_by_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/recordings/{id}/parts/{part}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Hear a part of a recording
         * @description Stereo: the customer on the left, our side on the right. The ETag is the file's SHA-256. Who hears it is noted in the audit, once in ten minutes for each session or token.
         */
        get: operations["get_recordings_by_id_parts_by_part"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/recordings/{id}/peaks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How loud each side is along a part
         * @description To be drawn: the customer and our side apart. It is not noted who reads it, as no word can be heard from it.
         */
        get: operations["get_recordings_by_id_peaks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reminders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List: reminders, the last made first
         * @description Without a filter, one's own. Those of other people are for supervisors.
         */
        get: operations["get_reminders"];
        put?: never;
        /** Make a reminder */
        post: operations["post_reminders"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reminders/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a reminder */
        get: operations["get_reminders_by_id"];
        put?: never;
        post?: never;
        /** Delete a reminder */
        delete: operations["delete_reminders_by_id"];
        options?: never;
        head?: never;
        /** Change a reminder */
        patch: operations["patch_reminders_by_id"];
        trace?: never;
    };
    "/api/v1/retention-policies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List: retention
         * @description In the order they were made. Any plain field may be given as a filter: `?name=Sales`.
         */
        get: operations["get_retention_policies"];
        put?: never;
        /** Make a retention policy */
        post: operations["post_retention_policies"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/retention-policies/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a retention policy */
        get: operations["get_retention_policies_by_id"];
        put?: never;
        post?: never;
        /** Delete a retention policy */
        delete: operations["delete_retention_policies_by_id"];
        options?: never;
        head?: never;
        /** Change a retention policy */
        patch: operations["patch_retention_policies_by_id"];
        trace?: never;
    };
    "/api/v1/retention-policies/{id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a policy would erase now, and what it did
         * @description To be looked at before a policy is made active.
         */
        get: operations["get_retention_policies_by_id_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rule-outcomes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say what became of what a rule said in a contact
         * @description A reason was right or wrong, an offer accepted or declined. Said again, the last word counts.
         */
        post: operations["post_rule_outcomes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List: rules
         * @description In the order they were made. Any plain field may be given as a filter: `?name=Sales`.
         */
        get: operations["get_rules"];
        put?: never;
        /** Make a rule */
        post: operations["post_rules"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rules/evaluate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What the rules say of a contact
         * @description The same that comes with a call's card; for trying rules, and for contacts that are no calls.
         */
        post: operations["post_rules_evaluate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rules/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a rule */
        get: operations["get_rules_by_id"];
        put?: never;
        post?: never;
        /** Delete a rule */
        delete: operations["delete_rules_by_id"];
        options?: never;
        head?: never;
        /** Change a rule */
        patch: operations["patch_rules_by_id"];
        trace?: never;
    };
    "/api/v1/rules/{id}/hit-rate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How often a rule was right */
        get: operations["get_rules_by_id_hit_rate"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/script-runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The runs of a contact */
        get: operations["get_script_runs"];
        put?: never;
        /** Begin a script in a contact, or go on with one's own run of it */
        post: operations["post_script_runs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/script-runs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a run */
        get: operations["get_script_runs_by_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/script-runs/{id}/answer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Answer the step a run stands at, and go on
         * @description Answers that belong into the records, of the customer and of the contact's ticket, are written there with it, or nothing is: by the definitions of the fields and by the rights of who answers.
         */
        post: operations["post_script_runs_by_id_answer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/script-runs/{id}/back": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Go back to the step before */
        post: operations["post_script_runs_by_id_back"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scripts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List: scripts
         * @description In the order they were made. Any plain field may be given as a filter: `?name=Sales`.
         */
        get: operations["get_scripts"];
        put?: never;
        /** Make a script */
        post: operations["post_scripts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scripts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a script */
        get: operations["get_scripts_by_id"];
        put?: never;
        post?: never;
        /** Delete a script */
        delete: operations["delete_scripts_by_id"];
        options?: never;
        head?: never;
        /** Change a script */
        patch: operations["patch_scripts_by_id"];
        trace?: never;
    };
    "/api/v1/scripts/{id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List a script's latest 50 versions, the newest first */
        get: operations["get_scripts_by_id_versions"];
        put?: never;
        /**
         * Add a version as a draft
         * @description Everything wrong with the document is named: steps that are not there or not reached, loops that ask nothing, and so on.
         */
        post: operations["post_scripts_by_id_versions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scripts/{id}/versions/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a version */
        get: operations["get_scripts_by_id_versions_by_number"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scripts/{id}/versions/{number}/publish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a version the one new runs take
         * @description Runs go on with the version they began with. Publishing an old version is how one goes back.
         */
        post: operations["post_scripts_by_id_versions_by_number_publish"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who am I */
        get: operations["get_session"];
        put?: never;
        /**
         * Sign in
         * @description Sets the session cookie (HttpOnly, SameSite=Strict). An unknown name and a wrong password get the same answer.
         */
        post: operations["post_session"];
        /** Sign out */
        delete: operations["delete_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change one's own password
         * @description Ends all sessions of the person and sets the cookie of a new one.
         */
        post: operations["post_session_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sip/refused": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whom the server turned away lately, and why
         * @description For whoever must find out why a telephone or a trunk does not get in: the last request of each sender and reason, and the sources whose messages were dropped before they were read.
         */
        get: operations["get_sip_refused"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sites": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List: sites
         * @description In the order they were made. Any plain field may be given as a filter: `?name=Sales`.
         */
        get: operations["get_sites"];
        put?: never;
        /** Make a site */
        post: operations["post_sites"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sites/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a site */
        get: operations["get_sites_by_id"];
        put?: never;
        post?: never;
        /** Delete a site */
        delete: operations["delete_sites_by_id"];
        options?: never;
        head?: never;
        /** Change a site */
        patch: operations["patch_sites_by_id"];
        trace?: never;
    };
    "/api/v1/skills": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List: skills
         * @description In the order they were made. Any plain field may be given as a filter: `?name=Sales`.
         */
        get: operations["get_skills"];
        put?: never;
        /** Make a skill */
        post: operations["post_skills"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/skills/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a skill */
        get: operations["get_skills_by_id"];
        put?: never;
        post?: never;
        /** Delete a skill */
        delete: operations["delete_skills_by_id"];
        options?: never;
        head?: never;
        /** Change a skill */
        patch: operations["patch_skills_by_id"];
        trace?: never;
    };
    "/api/v1/sla-policies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List: SLA policies
         * @description In the order they were made. Any plain field may be given as a filter: `?name=Sales`.
         */
        get: operations["get_sla_policies"];
        put?: never;
        /** Make a sla policy */
        post: operations["post_sla_policies"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sla-policies/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a sla policy */
        get: operations["get_sla_policies_by_id"];
        put?: never;
        post?: never;
        /** Delete a sla policy */
        delete: operations["delete_sla_policies_by_id"];
        options?: never;
        head?: never;
        /** Change a sla policy */
        patch: operations["patch_sla_policies_by_id"];
        trace?: never;
    };
    "/api/v1/statistics/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What agents did
         * @description Agents get their own. Counted from the log: what is under way counts when it is over.
         */
        get: operations["get_statistics_agents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/statistics/intervals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Quarter hours of queues
         * @description Counted by when calls entered the queue; messages are not. Service level: answered within `level_ms` ÷ (offered − abandoned within it); the other forms beside it. The same figures as the floor's `today` and `lately`. Agents get those of queues they serve.
         */
        get: operations["get_statistics_intervals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a page must know of the server */
        get: operations["get_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List: tasks, the last made first
         * @description Without a filter, one's own. Those of other people are for supervisors.
         */
        get: operations["get_tasks"];
        put?: never;
        /** Make a task */
        post: operations["post_tasks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a task */
        get: operations["get_tasks_by_id"];
        put?: never;
        post?: never;
        /** Delete a task */
        delete: operations["delete_tasks_by_id"];
        options?: never;
        head?: never;
        /** Change a task */
        patch: operations["patch_tasks_by_id"];
        trace?: never;
    };
    "/api/v1/teams": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List: teams
         * @description In the order they were made. Any plain field may be given as a filter: `?name=Sales`.
         */
        get: operations["get_teams"];
        put?: never;
        /** Make a team */
        post: operations["post_teams"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/teams/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a team */
        get: operations["get_teams_by_id"];
        put?: never;
        post?: never;
        /** Delete a team */
        delete: operations["delete_teams_by_id"];
        options?: never;
        head?: never;
        /** Change a team */
        patch: operations["patch_teams_by_id"];
        trace?: never;
    };
    "/api/v1/ticket-rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List: ticket rules
         * @description In the order they were made. Any plain field may be given as a filter: `?name=Sales`.
         */
        get: operations["get_ticket_rules"];
        put?: never;
        /** Make a ticket rule */
        post: operations["post_ticket_rules"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ticket-rules/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a ticket rule */
        get: operations["get_ticket_rules_by_id"];
        put?: never;
        post?: never;
        /** Delete a ticket rule */
        delete: operations["delete_ticket_rules_by_id"];
        options?: never;
        head?: never;
        /** Change a ticket rule */
        patch: operations["patch_ticket_rules_by_id"];
        trace?: never;
    };
    "/api/v1/ticket-templates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List: ticket templates
         * @description In the order they were made. Any plain field may be given as a filter: `?name=Sales`.
         */
        get: operations["get_ticket_templates"];
        put?: never;
        /** Make a ticket template */
        post: operations["post_ticket_templates"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ticket-templates/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a ticket template */
        get: operations["get_ticket_templates_by_id"];
        put?: never;
        post?: never;
        /** Delete a ticket template */
        delete: operations["delete_ticket_templates_by_id"];
        options?: never;
        head?: never;
        /** Change a ticket template */
        patch: operations["patch_ticket_templates_by_id"];
        trace?: never;
    };
    "/api/v1/ticket-triggers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List: ticket triggers
         * @description In the order they were made. Any plain field may be given as a filter: `?name=Sales`.
         */
        get: operations["get_ticket_triggers"];
        put?: never;
        /** Make a ticket trigger */
        post: operations["post_ticket_triggers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ticket-triggers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a ticket trigger */
        get: operations["get_ticket_triggers_by_id"];
        put?: never;
        post?: never;
        /** Delete a ticket trigger */
        delete: operations["delete_ticket_triggers_by_id"];
        options?: never;
        head?: never;
        /** Change a ticket trigger */
        patch: operations["patch_ticket_triggers_by_id"];
        trace?: never;
    };
    "/api/v1/ticket-types": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List: ticket types
         * @description In the order they were made. Any plain field may be given as a filter: `?name=Sales`.
         */
        get: operations["get_ticket_types"];
        put?: never;
        /** Make a ticket type */
        post: operations["post_ticket_types"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ticket-types/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a ticket type */
        get: operations["get_ticket_types_by_id"];
        put?: never;
        post?: never;
        /** Delete a ticket type */
        delete: operations["delete_ticket_types_by_id"];
        options?: never;
        head?: never;
        /** Change a ticket type */
        patch: operations["patch_ticket_types_by_id"];
        trace?: never;
    };
    "/api/v1/tickets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Find tickets
         * @description Those one may see; a page may be short. All filters given must hold. The latest made first; with `search` by title, with `due_before` the earliest due first, with `updated_since` the earliest changed first.
         */
        get: operations["get_tickets"];
        put?: never;
        /**
         * Make a ticket
         * @description What is left out comes from its type: priority, title and description by its template, queue, team and agent by the first rule that fits, else the type's own.
         */
        post: operations["post_tickets"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/by-external-id/{external_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Push a ticket in by its id in another system
         * @description It is made when there is none with this id, else changed; done again with the same body it changes nothing. What the body does not name stays: whoever works on it here keeps it. Instead of `customer_id` there may be `customer_external_id`.
         */
        put: operations["put_tickets_by_external_id_by_external_id"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a ticket
         * @description With its customers, watchers, interactions, children and the tickets merged into it.
         */
        get: operations["get_tickets_by_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change a ticket's fields */
        patch: operations["patch_tickets_by_id"];
        trace?: never;
    };
    "/api/v1/tickets/{id}/assign": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give a ticket to a queue, a team, somebody, or whoever the rules say */
        post: operations["post_tickets_by_id_assign"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{id}/attachments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The files attached, in the order they came */
        get: operations["get_tickets_by_id_attachments"];
        put?: never;
        /**
         * Attach a file
         * @description At most 10 MiB, of a type that browsers do not run; Content-Type says which.
         */
        post: operations["post_tickets_by_id_attachments"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{id}/attachments/{attachment}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Save a file attached */
        get: operations["get_tickets_by_id_attachments_by_attachment"];
        put?: never;
        post?: never;
        /** Delete a file attached */
        delete: operations["delete_tickets_by_id_attachments_by_attachment"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{id}/comments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was said of a ticket, the earliest first */
        get: operations["get_tickets_by_id_comments"];
        put?: never;
        /**
         * Say something of a ticket
         * @description `@login` tells whoever has that login. The first public comment is the answer that was promised.
         */
        post: operations["post_tickets_by_id_comments"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{id}/complaint": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How far a complaint has come */
        get: operations["get_tickets_by_id_complaint"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{id}/complaint/answer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Answer a complaint
         * @description A step that comes too early is refused, naming in `step` what comes first.
         */
        post: operations["post_tickets_by_id_complaint_answer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{id}/complaint/assign": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say who answers for a complaint
         * @description A step that comes too early is refused, naming in `step` what comes first.
         */
        post: operations["post_tickets_by_id_complaint_assign"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{id}/complaint/evaluation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Evaluate a complaint
         * @description A step that comes too early is refused, naming in `step` what comes first.
         */
        post: operations["post_tickets_by_id_complaint_evaluation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{id}/complaint/follow-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say how the answer was taken
         * @description A step that comes too early is refused, naming in `step` what comes first.
         */
        post: operations["post_tickets_by_id_complaint_follow_up"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{id}/complaint/schedule": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say by when a complaint is answered
         * @description A step that comes too early is refused, naming in `step` what comes first.
         */
        post: operations["post_tickets_by_id_complaint_schedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{id}/customers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Replace a ticket's customers */
        put: operations["put_tickets_by_id_customers"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How a ticket came to where it is */
        get: operations["get_tickets_by_id_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{id}/interactions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Link an interaction to a ticket */
        post: operations["post_tickets_by_id_interactions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{id}/interactions/{interaction}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Unlink an interaction from a ticket */
        delete: operations["delete_tickets_by_id_interactions_by_interaction"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{id}/merge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What undoing a ticket's merge would give back */
        get: operations["get_tickets_by_id_merge"];
        put?: never;
        /**
         * Merge a ticket into another
         * @description Children, watchers, interactions, tags and customers go to the other one. This one is closed, points to it, and keeps what was said of it.
         */
        post: operations["post_tickets_by_id_merge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{id}/rating": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Enter what the customer said of a ticket that is over */
        post: operations["post_tickets_by_id_rating"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{id}/rating-link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a token by which the customer may rate a ticket once
         * @description It works for 30 days and is shown only here. One made earlier no longer works.
         */
        post: operations["post_tickets_by_id_rating_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{id}/service-order.pdf": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Print a ticket's service order */
        get: operations["get_tickets_by_id_service_order_pdf"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change a ticket's status
         * @description A status that may not follow is refused with those that may; so is the end of a complaint before its steps are done.
         */
        post: operations["post_tickets_by_id_status"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{id}/texts/{template}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Fill a template for a ticket */
        get: operations["get_tickets_by_id_texts_by_template"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{id}/unmerge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Undo the merge of a ticket
         * @description It stands again as it did, with its watchers, interactions and the children that still stand below the survivor. What the survivor has only by this merge goes back; what another merged ticket brought too stays. What was written since stays.
         */
        post: operations["post_tickets_by_id_unmerge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{id}/watchers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Have somebody watch a ticket */
        post: operations["post_tickets_by_id_watchers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tickets/{id}/watchers/{user}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Have somebody watch a ticket no longer */
        delete: operations["delete_tickets_by_id_watchers_by_user"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trunks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List: trunks
         * @description In the order they were made. Any plain field may be given as a filter: `?name=Sales`.
         */
        get: operations["get_trunks"];
        put?: never;
        /** Make a trunk */
        post: operations["post_trunks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trunks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a trunk */
        get: operations["get_trunks_by_id"];
        put?: never;
        post?: never;
        /** Delete a trunk */
        delete: operations["delete_trunks_by_id"];
        options?: never;
        head?: never;
        /** Change a trunk */
        patch: operations["patch_trunks_by_id"];
        trace?: never;
    };
    "/api/v1/trunks/{id}/sip": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The last SIP messages of our registration with a trunk, and of our probes
         * @description With `Accept: text/plain` drawn as a ladder. Secrets are masked.
         */
        get: operations["get_trunks_by_id_sip"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trunks/{id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How a trunk does now
         * @description Health by OPTIONS probes, our registration with it, the calls under way. At most a quarter of a second old.
         */
        get: operations["get_trunks_by_id_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List: users
         * @description In the order they were made. Any plain field may be given as a filter: `?name=Sales`.
         */
        get: operations["get_users"];
        put?: never;
        /** Make a user */
        post: operations["post_users"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/names": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the names of users
         * @description Of all there are, whether they may sign in or not, in the order they were made.
         */
        get: operations["get_users_names"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a user */
        get: operations["get_users_by_id"];
        put?: never;
        post?: never;
        /** Delete a user */
        delete: operations["delete_users_by_id"];
        options?: never;
        head?: never;
        /** Change a user */
        patch: operations["patch_users_by_id"];
        trace?: never;
    };
    "/api/v1/users/{id}/presence": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Set an agent's presence, or sign them out
         * @description While they are busy it stays pending, as their own would. For supervisors of the agent; it is kept in the audit.
         */
        post: operations["post_users_by_id_presence"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List: webhooks
         * @description In the order they were made. Any plain field may be given as a filter: `?name=Sales`.
         */
        get: operations["get_webhooks"];
        put?: never;
        /**
         * Make a webhook
         * @description Each change of a row whose kind the webhook names is posted to its address as JSON: `id` (of the event: the same however often it is sent), `kind` (`customer.updated`), `at`, `resource`, `resource_id`, `by`, `changed` (names of fields) and `data`. `Cordboard-Signature: t=<seconds>,v1=<hex>` is HMAC-SHA256 with the secret over `t`, a dot and the body. Any 2xx takes it; otherwise it is sent again for a day, later each time. Changes of one row come in their order. The secret is in this answer only.
         */
        post: operations["post_webhooks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a webhook */
        get: operations["get_webhooks_by_id"];
        put?: never;
        post?: never;
        /** Delete a webhook */
        delete: operations["delete_webhooks_by_id"];
        options?: never;
        head?: never;
        /** Change a webhook */
        patch: operations["patch_webhooks_by_id"];
        trace?: never;
    };
    "/api/v1/webhooks/{id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was sent to a webhook, the latest first */
        get: operations["get_webhooks_by_id_deliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{id}/deliveries/{delivery}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a delivery's event once more */
        post: operations["post_webhooks_by_id_deliveries_by_delivery_replay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send all events from a time on once more
         * @description At most 1000 events a request; those of the last 30 days are kept. Go on with `after` as long as there is a `next`.
         */
        post: operations["post_webhooks_by_id_replay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{id}/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign with a new secret from now on */
        post: operations["post_webhooks_by_id_secret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How a webhook does */
        get: operations["get_webhooks_by_id_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send an event webhook.test */
        post: operations["post_webhooks_by_id_test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/wrap-up-codes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List: wrap-up codes
         * @description In the order they were made. Any plain field may be given as a filter: `?name=Sales`.
         */
        get: operations["get_wrap_up_codes"];
        put?: never;
        /** Make a wrap up code */
        post: operations["post_wrap_up_codes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/wrap-up-codes/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a wrap up code */
        get: operations["get_wrap_up_codes_by_id"];
        put?: never;
        post?: never;
        /** Delete a wrap up code */
        delete: operations["delete_wrap_up_codes_by_id"];
        options?: never;
        head?: never;
        /** Change a wrap up code */
        patch: operations["patch_wrap_up_codes_by_id"];
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the process runs */
        get: operations["get_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Figures in Prometheus' text format
         * @description From this machine without a login; from elsewhere with a token of an administrator or analyst.
         */
        get: operations["get_metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rate/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The page on which a customer rates a ticket
         * @description English or Chinese, as Accept-Language wants it; no script. Opening it uses nothing up.
         */
        get: operations["get_rate_by_token"];
        put?: never;
        /** Rate a ticket on that page */
        post: operations["post_rate_by_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether it should get new calls */
        get: operations["get_ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A page that says what runs here */
        get: operations["get_status_page"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description The last times, in µs since 1970; none: never. */
        Activity: {
            /**
             * Format: int64
             * @description When the last interaction with them opened, on any channel and in either direction.
             */
            last_contact_at?: number | null;
            /** Format: int64 */
            last_order_at?: number | null;
            /** Format: int64 */
            last_ticket_at?: number | null;
        };
        /** @description A place by its parts. At least one of street, city and postal code is given. */
        Address: {
            city?: string;
            /** @description ISO 3166-1 alpha-2, in capitals; may be left out. */
            country?: string;
            postal_code?: string;
            /** @description State, province. */
            region?: string;
            /** @description Street and number, as they are written there. */
            street?: string;
        };
        /** @description What one agent did. */
        AgentFigures: {
            /**
             * Format: int64
             * @description (talk + hold + wrap-up) ÷ handled; null: nothing was.
             */
            aht_ms?: number | null;
            /** Format: int64 */
            declined: number;
            /**
             * Format: int64
             * @description When they first signed in or changed their state in this time.
             */
            first_at?: number | null;
            /**
             * Format: int64
             * @description Assignments begun in which they talked with a customer, or dealt with a message.
             */
            handled: number;
            /** Format: int64 */
            hold_ms: number;
            /** Format: int64 */
            not_answered: number;
            /** Format: int64 */
            not_ready_ms: number;
            /**
             * Format: int64
             * @description Work held out to them; of this, what rang out or did not reach their telephone, and what they declined.
             */
            offers: number;
            /**
             * Format: int64
             * @description Signed in, by what they had set: calls are in either.
             */
            ready_ms: number;
            /** Format: int64 */
            signed_in_ms: number;
            /**
             * Format: int64
             * @description In these, in ms.
             */
            talk_ms: number;
            /** Format: int64 */
            wrap_up_ms: number;
        };
        /**
         * @description How a rule chooses among agents.
         * @enum {string}
         */
        AgentPick: "nobody" | "round_robin" | "least_open";
        AgentStatistic: components["schemas"]["AgentFigures"] & {
            /** Format: uuid */
            agent_id: string;
            /** @description None: they are no more. */
            name?: string | null;
        };
        AgentStatistics: {
            /** Format: int64 */
            from: number;
            items: components["schemas"]["AgentStatistic"][];
            /** Format: int64 */
            to: number;
        };
        /** @description A sum of money in one currency. */
        Amount: {
            /** @description ISO 4217. */
            currency: string;
            /**
             * Format: int64
             * @description In minor units.
             */
            minor: number;
        };
        /** @description A long-lived token for a program. Made by [`crate::Store::create_api_token`], which alone gives the token itself, once. */
        ApiToken: {
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC; `None`: until deleted.
             */
            expires_at?: number | null;
            name: string;
            /** @description What it may do; no more than its user may. */
            roles: components["schemas"]["UserRole"][];
            /**
             * Format: uuid
             * @description In whose name it acts.
             */
            user_id: string;
        };
        /**
         * @description Who may read an article. Each may read what the ones before may.
         * @enum {string}
         */
        ArticleAudience: "public" | "agents" | "supervisors" | "admins";
        /** @description What a reader wrote about an article. */
        ArticleComment: {
            /** Format: int64 */
            at: number;
            /** Format: uuid */
            id: string;
            text: string;
            /** @description Their name now. */
            user?: string | null;
            /** Format: uuid */
            user_id?: string | null;
        };
        /** @description What somebody writes about an article. */
        ArticleCommentText: {
            /** @description Plain text of at most 2,000 characters. */
            text: string;
        };
        /** @description It was kept. */
        ArticleCommented: {
            /** Format: uuid */
            id: string;
        };
        /** @description An article that was found. */
        ArticleHit: {
            /** Format: uuid */
            category_id?: string | null;
            /** Format: uuid */
            id: string;
            language: string;
            /**
             * Format: int32
             * @description The version that was found.
             */
            number: number;
            /**
             * Format: double
             * @description Higher is better; comparable within one search only.
             */
            score: number;
            snippet: components["schemas"]["MarkedText"];
            title: components["schemas"]["MarkedText"];
            why: components["schemas"]["ArticleWhy"];
        };
        /** @description What one person thinks of an article. */
        ArticleRated: {
            /**
             * Format: int32
             * @description 1 (of no use) to 5.
             */
            rating: number;
        };
        /** @description Somebody searched in vain and asks for an article. */
        ArticleRequest: {
            /**
             * Format: uuid
             * @description The article that answers it.
             */
            article_id?: string | null;
            /** Format: uuid */
            assignee_id?: string | null;
            /** @description What the article should answer. */
            details?: string;
            /**
             * Format: uuid
             * @description The contact in which it was missed.
             */
            interaction_id?: string | null;
            language?: string;
            /** @description What was searched for. */
            query?: string | null;
            state?: components["schemas"]["ArticleRequestState"];
            title: string;
        };
        /**
         * @description How far somebody is with a request for an article.
         * @enum {string}
         */
        ArticleRequestState: "open" | "taken" | "done" | "declined";
        /** @description What a reviewer says. */
        ArticleReview: {
            /** @description False: it goes back to its author as a draft. */
            approved: boolean;
            /** @description At most 2,000 characters. */
            note?: string | null;
        };
        /** @description A search that was made. */
        ArticleSearch: {
            /** Format: int64 */
            asked: number;
            /** @description The language asked for; empty: any. */
            language: string;
            /** Format: int64 */
            last_at: number;
            /**
             * Format: int64
             * @description What was found the last time.
             */
            last_count: number;
            /** @description In lower case, numbers and addresses masked as `#`. */
            text: string;
            /**
             * Format: int64
             * @description How often it solved nothing, by the word of who searched.
             */
            unsolved: number;
            /**
             * Format: int64
             * @description How often nothing was found.
             */
            without_result: number;
        };
        /**
         * @description Where a version of an article, or the article as a whole, stands.
         * @enum {string}
         */
        ArticleState: "draft" | "review" | "published" | "retired";
        /** @description An article beside others that say the same. */
        ArticleSummary: {
            /** Format: uuid */
            id: string;
            language: string;
            state: components["schemas"]["ArticleState"];
            title: string;
        };
        /** @description How an article has done so far. */
        ArticleTally: {
            /**
             * Format: double
             * @description 1 to 5; none while nobody has rated it.
             */
            rating_mean?: number | null;
            /** Format: int64 */
            ratings: number;
            /** Format: int64 */
            solved: number;
            /**
             * Format: int64
             * @description Contacts it was used in, and those it solved.
             */
            used: number;
        };
        /** @description The text of an article. */
        ArticleText: {
            /** @description Markdown, at most 50,000 characters. It is kept as it is; HTML in it is for the reader's screen to refuse. */
            body: string;
            /** @description Words it should be found by that do not stand in it. */
            keywords?: string[];
            /** @description One line of at most 200 characters. */
            title: string;
        };
        /** @description An article was used in a contact. */
        ArticleUsed: {
            /** Format: uuid */
            interaction_id: string;
            /** @description Whether it solved the case. */
            solved: boolean;
        };
        /** @description One text of an article. The text never changes; its state does. */
        ArticleVersion: components["schemas"]["ArticleText"] & {
            /** Format: uuid */
            article_id: string;
            /** Format: uuid */
            author_id?: string | null;
            /** Format: int64 */
            created_at: number;
            /** @description What the reviewer wrote. */
            note?: string | null;
            /**
             * Format: int32
             * @description 1, 2, 3 … within the article.
             */
            number: number;
            /** Format: int64 */
            published_at?: number | null;
            /** Format: int64 */
            reviewed_at?: number | null;
            /**
             * Format: uuid
             * @description Who found it right; none: nobody has yet, or it was sent back.
             */
            reviewer_id?: string | null;
            state: components["schemas"]["ArticleState"];
            /** Format: int64 */
            submitted_at?: number | null;
        };
        ArticleView: {
            article: components["schemas"]["StoredKnowledgeArticle"];
            tally: components["schemas"]["ArticleTally"];
            translations: components["schemas"]["ArticleSummary"][];
            version: components["schemas"]["ArticleVersion"];
        };
        /** @description What the score is made of: `text_score` x (1 + `solved_share`). */
        ArticleWhy: {
            missing: string[];
            /** Format: int64 */
            solved: number;
            /**
             * Format: double
             * @description The share of them that can be relied on.
             */
            solved_share: number;
            /**
             * Format: double
             * @description How well the text fits.
             */
            text_score: number;
            /** @description What was looked for, as stems and pairs of characters: what is there, and what is in other articles only. */
            there: string[];
            /**
             * Format: int64
             * @description In how many contacts it was used, and how many of them it solved.
             */
            used: number;
        };
        ArticlesFound: {
            hits: components["schemas"]["ArticleHit"][];
        };
        /** @description Work given to one agent, to the end of their wrap-up. */
        AssignmentView: {
            /** Format: uuid */
            agent_id: string;
            /** Format: int64 */
            assigned_at: number;
            /** Format: int64 */
            ended_at?: number | null;
            /** Format: uuid */
            id: string;
            note?: string | null;
            outcome?: string | null;
            /** Format: uuid */
            participant_id: string;
            /** Format: uuid */
            work_id: string;
            /** Format: int64 */
            wrap_up_at?: number | null;
            /** Format: uuid */
            wrap_up_code_id?: string | null;
        };
        /** @description A file. */
        Attachment: {
            /** Format: int64 */
            at: number;
            /** Format: int64 */
            bytes: number;
            /** Format: uuid */
            id: string;
            /** @description As in `Content-Type`. */
            media_type: string;
            name: string;
            /** @description Of the file, in hex. */
            sha256: string;
            /**
             * Format: uuid
             * @description Who sent it.
             */
            user_id?: string | null;
        };
        /** @description What is told of a try. */
        AttemptInput: {
            /**
             * Format: uuid
             * @description The call itself.
             */
            interaction_id?: string | null;
            note?: string;
            outcome: components["schemas"]["AttemptOutcome"];
        };
        /**
         * @description How a try to call somebody back ended.
         * @enum {string}
         */
        AttemptOutcome: "reached" | "no_answer" | "busy" | "machine" | "failed" | "wrong_number" | "returned";
        /** @description A try as it was noted. */
        AttemptView: {
            /** Format: int64 */
            at: number;
            /** Format: uuid */
            interaction_id?: string | null;
            note: string;
            outcome: string;
            /** Format: uuid */
            user_id?: string | null;
        };
        /** @description A row of the audit. */
        AuditEntry: {
            /** @description `create`, `update`, `delete`, `listen`, or what else was done: `merge`, `unmerge`, `import`, `export`, `erase`, `hold`, `lift`. */
            action: string;
            after: unknown;
            /** Format: int64 */
            at: number;
            before: unknown;
            /** Format: uuid */
            id: string;
            /** @description The kind of row, as [`Kind::word`] says it. */
            resource: string;
            resource_id: string;
            /** Format: uuid */
            user?: string | null;
            via: string;
        };
        CallDigits: {
            /** @description 1 to 32 of `0-9 * # A-D`. */
            digits: string;
        };
        CallMade: {
            /** Format: uuid */
            interaction: string;
        };
        CallMode: {
            /** @description `listen`, `whisper`, `barge`. */
            mode: string;
        };
        CallMove: {
            /**
             * Format: int32
             * @description 0 to 9; the higher is served first.
             */
            priority: number;
            /**
             * Format: uuid
             * @description The queue it waits in, or another.
             */
            queue: string;
        };
        CallMute: {
            muted: boolean;
        };
        /** @description An empty object. */
        CallNothing: Record<string, unknown>;
        CallParty: {
            /**
             * Format: uuid
             * @description As in the live call.
             */
            participant: string;
        };
        CallRecord: {
            /** @description `start`, `stop`, `pause`, `resume`. A pause ends by itself when who paused it talks with the customer no longer. */
            what: string;
        };
        CallRelease: {
            /**
             * Format: uuid
             * @description Left out: the whole call.
             */
            participant?: string | null;
        };
        CallSupervise: {
            /**
             * Format: uuid
             * @description Who is to be heard: an agent who is in this call.
             */
            agent: string;
            /** @description Take the agent's place as soon as the telephone is lifted. */
            intercept?: boolean;
            /** @description `listen`, `whisper`, `barge`. */
            mode: string;
            /** @description Go on with whoever has the customer next, as it does unless said otherwise; `false`: it ends with this agent's part. */
            of_call?: boolean;
        };
        /** @description To whom a call is to go. */
        CallTarget: {
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            kind: "queue";
        } | {
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            kind: "agent";
        } | {
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            kind: "flow";
        } | {
            /** @enum {string} */
            kind: "number";
            /** @description As a person writes it, at most 40 characters. */
            number: string;
        } | {
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            kind: "queue_voicemail";
        } | {
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            kind: "agent_voicemail";
        };
        CallTo: {
            to: components["schemas"]["CallTarget"];
        };
        /** @description A call we owe somebody, at a time they chose. */
        Callback: {
            /** Format: int32 */
            readonly attempts?: number;
            /**
             * Format: int32
             * @description How often it is tried, 1–20.
             */
            attempts_max?: number;
            /** Format: uuid */
            readonly created_by?: string | null;
            /** Format: uuid */
            customer_id?: string | null;
            /** Format: int64 */
            readonly done_at?: number | null;
            /**
             * Format: int64
             * @description The time the customer chose: from, until (microseconds since 1970, UTC), at most a day.
             */
            from_at: number;
            /**
             * Format: int32
             * @description Minutes between two tries, 1–1440.
             */
            gap_minutes?: number;
            /**
             * Format: uuid
             * @description The interaction in which it was promised.
             */
            interaction_id?: string | null;
            /** Format: int64 */
            readonly made_at?: number;
            /**
             * Format: int64
             * @description When it is to be tried next.
             */
            readonly next_at?: number | null;
            /** @description Where to call, in any form; kept normalised (E.164) with the form it came in beside it. */
            number: string;
            /** Format: int64 */
            readonly offered_at?: number | null;
            /**
             * Format: uuid
             * @description Who has it before them, and since when.
             */
            readonly offered_to?: string | null;
            /** @description `user:<id>`, `team:<id>` or `queue:<id>`: who is to call. */
            owner: string;
            /**
             * Format: int32
             * @description 0 usual to 3 most urgent.
             */
            priority?: number;
            readonly raw_number?: string;
            /** @description What it is about. */
            reason?: string;
            /** Format: int64 */
            readonly sort_at?: number;
            /** @description The server says this and all below. */
            readonly state?: components["schemas"]["CallbackState"];
            /** Format: uuid */
            ticket_id?: string | null;
            /** Format: int64 */
            until_at: number;
            /** @description The customer's time zone, IANA: tries on later days are at the same hours there. */
            zone: string;
        };
        /**
         * @description How far a callback is.
         * @enum {string}
         */
        CallbackState: "scheduled" | "due" | "offered" | "attempted" | "done" | "failed" | "cancelled";
        /** @description One customer as the agent sees them when their call comes. */
        Card: {
            activity?: components["schemas"]["Activity"];
            /** @description `YYYY-MM-DD`, or `--MM-DD` where the year is not known. */
            birthday?: string | null;
            contacts: components["schemas"]["Contact"][];
            /** @description Active contracts, the first to end first. */
            contracts: components["schemas"]["CardContract"][];
            /** Format: uuid */
            customer: string;
            /** @description Channels they do not want to be contacted on. */
            do_not_contact?: components["schemas"]["ContactChannel"][];
            /** @description What is still to be paid, for each currency. */
            due: components["schemas"]["Amount"][];
            /** @description Of the fields defined at run time those that stand on the card and have a value. */
            fields?: components["schemas"]["CardField"][];
            /** @description The reader may not see this customer: there is a record, and all else here is empty. */
            hidden?: boolean;
            kind: components["schemas"]["CustomerKind"];
            language?: string | null;
            /** @description Further languages they understand. */
            languages?: string[];
            likelier?: components["schemas"]["CardLikelier"] | null;
            matched?: components["schemas"]["CardMatched"];
            name: string;
            notes: string;
            /** @description What is open, the most urgent first. */
            open_items: components["schemas"]["CardItem"][];
            /** @description The last five orders and open ones before them, the latest first. */
            orders: components["schemas"]["CardOrder"][];
            /** @description The last ones, the latest first. */
            recent: components["schemas"]["CardInteraction"][];
            /** @description Whom they work for, live with, belong to. */
            related?: components["schemas"]["CardRelated"][];
            tier: string;
            /** @description What formulas gave when they were last computed: lifetime value, churn signal. */
            values?: components["schemas"]["CardValue"][];
            /**
             * Format: int64
             * @description The end of the warranty that lasts longest, of all they own.
             */
            warranty_until?: number | null;
        };
        /** @description One of a customer's active contracts. */
        CardContract: {
            /** Format: int64 */
            ends_at?: number | null;
            entitlements: components["schemas"]["Entitlement"][];
            /** Format: uuid */
            id: string;
            kind: string;
            number: string;
            /** Format: int64 */
            starts_at: number;
        };
        /** @description A field on a card. */
        CardField: {
            /** @description Of a list: what was chosen, with how it is shown. */
            chosen: components["schemas"]["FieldOption"][];
            key: string;
            /** @description How it is called, by language. */
            labels: {
                [key: string]: string;
            };
            type: components["schemas"]["FieldType"];
            value: unknown;
        };
        /** @description One of the last interactions. */
        CardInteraction: {
            agent?: string | null;
            /** Format: uuid */
            agent_id?: string | null;
            /**
             * Format: int64
             * @description When it opened.
             */
            at: number;
            close_reason?: string | null;
            /**
             * Format: int64
             * @description From opening to closing; none while it is open.
             */
            duration_ms?: number | null;
            /** Format: uuid */
            id: string;
            /** @description Its name now; none when it was deleted. */
            queue?: string | null;
            /** Format: uuid */
            queue_id?: string | null;
            wrap_up_code?: string | null;
            /** Format: uuid */
            wrap_up_code_id?: string | null;
        };
        /** @description Something open with the customer. */
        CardItem: {
            /** Format: int64 */
            due_at?: number | null;
            /**
             * Format: uuid
             * @description Of the row that `record` says.
             */
            id: string;
            kind: components["schemas"]["OpenItemKind"];
            record?: components["schemas"]["ItemRecord"];
            title: string;
        };
        /**
         * @description Why a candidate stands before the next one.
         * @enum {string}
         */
        CardLikelier: "number" | "last_contact" | "preferred_number" | "earlier";
        /** @description How a customer was found. */
        CardMatched: {
            /** @enum {string} */
            how: "exact";
        } | {
            /** Format: int32 */
            digits: number;
            /** @enum {string} */
            how: "last_digits";
        } | {
            /** @enum {string} */
            how: "main_number";
        } | {
            /** @enum {string} */
            how: "asked";
        };
        /** @description One of a customer's orders. */
        CardOrder: {
            /** @description ISO 4217; the amounts are in its minor units. */
            currency: string;
            delivery: components["schemas"]["DeliveryState"];
            /** Format: int64 */
            delivery_at?: number | null;
            /** Format: int64 */
            due_at?: number | null;
            /** Format: int64 */
            due_minor: number;
            /** Format: uuid */
            id: string;
            number: string;
            /** Format: int64 */
            placed_at: number;
            state: components["schemas"]["OrderState"];
            /** Format: int64 */
            total_minor: number;
            tracking?: string | null;
        };
        /** @description Somebody a customer belongs together with. */
        CardRelated: {
            /** Format: uuid */
            customer: string;
            /** @description None when the reader may not see them. */
            name?: string | null;
            note: string;
            /** @description What they are to the customer. */
            relation: components["schemas"]["RelationWord"];
            tier?: string | null;
        };
        /** @description What a formula gave. */
        CardValue: {
            /** Format: int64 */
            computed_at: number;
            /** Format: uuid */
            formula: string;
            /** @description `lifetime_value`, `churn`. */
            name: string;
            unit: string;
            /** Format: double */
            value?: number | null;
        };
        /** @description See the module. Ids lead to nobody any more. */
        Certificate: {
            /** Format: int64 */
            at: number;
            /**
             * Format: uuid
             * @description None: a retention policy.
             */
            by?: string | null;
            /** Format: uuid */
            customer_id: string;
            erased: components["schemas"]["Erased"][];
            /** Format: uuid */
            id: string;
            mode: components["schemas"]["EraseMode"];
            /** @description Why, as given; not to hold personal values. */
            reason: string;
            remains: components["schemas"]["ErasureRemains"][];
        };
        Checked: {
            problems: components["schemas"]["FlowProblem"][];
            /** @description It could go live as it is. */
            usable: boolean;
        };
        CheckedFormula: {
            problem?: components["schemas"]["FormulaError"] | null;
            /** @description It could be published as it is. */
            usable: boolean;
            /** @description What it asks for. */
            variables: string[];
        };
        /** @description Where a column of the file goes. */
        ColumnMap: {
            /** @description As in the file's first line. */
            column: string;
            /** @description Of a contact point. */
            label?: string;
            /**
             * @description A field of the customer (`given_name`), `attributes.KEY`, `fields.KEY` for one defined at run time (several options of a list parted
             *     by `;`), or a contact point: `phone`, `email`, `other`, or a part of one address: `address.street`, `.city`,
             *     `.postal_code`, `.region`, `.country`. A contact point may come from several columns, a field and a part from one.
             */
            to: string;
        };
        /** @description How far it has come, and what may be done next. */
        Complaint: {
            next: components["schemas"]["ComplaintStep"][];
            /** @description The earliest first. The first is its recording. */
            steps: components["schemas"]["ComplaintStepTaken"][];
        };
        /** @description What the customer was told. */
        ComplaintAnswer: {
            /** @description `voice`, `email`, `letter`, … in a word. */
            channel: string;
            /** @description Required. */
            text: string;
        };
        /** @description Who answers for it. */
        ComplaintAssign: {
            note?: string;
            /** Format: uuid */
            responsible_id: string;
        };
        /** @description One step with what it says. */
        ComplaintDone: {
            /** @enum {string} */
            step: "record";
        } | (components["schemas"]["ComplaintAssign"] & {
            /** @enum {string} */
            step: "assign";
        }) | (components["schemas"]["ComplaintSchedule"] & {
            /** @enum {string} */
            step: "schedule";
        }) | (components["schemas"]["ComplaintAnswer"] & {
            /** @enum {string} */
            step: "answer";
        }) | (components["schemas"]["ComplaintFollowUp"] & {
            /** @enum {string} */
            step: "follow_up";
        }) | (components["schemas"]["ComplaintEvaluation"] & {
            /** @enum {string} */
            step: "evaluation";
        });
        /** @description What is learnt of it. */
        ComplaintEvaluation: {
            /** @description Why it came to it; required. */
            cause: string;
            justified: boolean;
            /** @description What is done so that it does not come again; required if it was justified. */
            measures?: string;
            /**
             * Format: int64
             * @description 1 (bad) to 5 (good).
             */
            satisfaction: number;
        };
        /** @description How it was taken. */
        ComplaintFollowUp: {
            /** @description What the customer said; required. */
            outcome: string;
            /** @description Whether the customer is content with the answer. If not, it is answered again. */
            settled: boolean;
        };
        /** @description By when, and what is planned. */
        ComplaintSchedule: {
            /**
             * Format: int64
             * @description By when the customer has an answer. Microseconds since 1970, UTC; not in the past.
             */
            answer_by: number;
            /** @description What is to be done; required. */
            plan: string;
        };
        /**
         * @description How far a complaint has come.
         * @enum {string}
         */
        ComplaintStep: "record" | "assign" | "schedule" | "answer" | "follow_up" | "evaluation";
        /** @description A step as it was taken. */
        ComplaintStepTaken: {
            /** Format: int64 */
            at: number;
            done: components["schemas"]["ComplaintDone"];
            /**
             * Format: uuid
             * @description Who answered for the complaint then.
             */
            responsible_id?: string | null;
            /**
             * Format: uuid
             * @description Who did it.
             */
            user_id?: string | null;
        };
        /** @description What a customer said once. */
        Consent: {
            /** Format: int64 */
            at: number;
            basis: string;
            channel: components["schemas"]["ContactChannel"];
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description When it was written down here, and by whom.
             */
            recorded_at: number;
            source: string;
            state: components["schemas"]["ConsentState"];
            /** Format: int64 */
            until?: number | null;
            /** Format: uuid */
            user_id?: string | null;
        };
        /**
         * @description What a customer said about a channel.
         * @enum {string}
         */
        ConsentState: "granted" | "denied" | "unknown";
        /** @description A contact point as a customer has it. */
        Contact: {
            address?: components["schemas"]["Address"] | null;
            /** Format: uuid */
            id: string;
            kind: components["schemas"]["ContactKind"];
            label: string;
            preferred: boolean;
            raw: string;
            valid: boolean;
            /** Format: int64 */
            valid_from?: number | null;
            /** Format: int64 */
            valid_until?: number | null;
            /** @description Normalised: E.164 for a phone. */
            value: string;
        };
        /**
         * @description A way of reaching somebody that they may allow or forbid.
         * @enum {string}
         */
        ContactChannel: "voice" | "sms" | "email" | "chat" | "post";
        /** @description A contact point as a customer has it, to be written. Phones are normalised with the country given to the store. */
        ContactInput: {
            address?: components["schemas"]["Address"] | null;
            kind: components["schemas"]["ContactKind"];
            label?: string;
            preferred?: boolean;
            valid?: boolean;
            /**
             * Format: int64
             * @description From when it holds, in µs since 1970; none: always did.
             */
            valid_from?: number | null;
            /**
             * Format: int64
             * @description Until when, not included; none: no end is known.
             */
            valid_until?: number | null;
            /** @description As people write it; kept beside the normalised form. Of an address it is made from the parts. */
            value?: string;
        };
        /**
         * @description By what means somebody is reached.
         * @enum {string}
         */
        ContactKind: "phone" | "email" | "address" | "chat" | "other";
        /**
         * @description Why somebody may, or may not, be contacted on a channel.
         * @enum {string}
         */
        ContactReason: "granted" | "denied" | "expired" | "nothing_said" | "consent_missing";
        /** @description What replaces the contact points there are. */
        Contacts: {
            /** @description At most 50, the most important first. */
            contacts: components["schemas"]["ContactInput"][];
        };
        /** @description A contract with a customer. */
        Contract: {
            /** @description At its end it goes on for `renewal_months` more. */
            auto_renewal?: boolean;
            /** Format: uuid */
            customer_id: string;
            /**
             * Format: int64
             * @description From then on it does not hold; none: until it is ended.
             */
            ends_at?: number | null;
            entitlements?: components["schemas"]["Entitlement"][];
            /** @description The id in another system; unique where given. */
            external_id?: string | null;
            /** @description A word of your own: `support`, `lease`, … */
            kind: string;
            notes?: string;
            number: string;
            /**
             * Format: uuid
             * @description Who cares for it.
             */
            owner_id?: string | null;
            /** Format: uuid */
            product_id?: string | null;
            /**
             * Format: int64
             * @description When the owner (without one: the customer's) is to be reminded of its end. Emptied once that was done.
             */
            remind_at?: number | null;
            /**
             * Format: int32
             * @description 1–120.
             */
            renewal_months?: number | null;
            /** Format: int64 */
            starts_at: number;
            state?: components["schemas"]["ContractState"];
        };
        /**
         * @description Whether a contract holds.
         * @enum {string}
         */
        ContractState: "draft" | "active" | "suspended" | "ended" | "cancelled";
        ContractView: components["schemas"]["StoredContract"] & {
            /** @description Whether it holds at that time */
            holds: boolean;
        };
        /** @description A field of a resource, defined while the server runs. Its values stand under `fields` of each row. */
        CustomField: {
            active?: boolean;
            /** @description The key of a list whose value decides which options there are. */
            depends_on?: string | null;
            /** @description Roles that write it, being able to read it; empty: all that change the row. */
            editable_by?: components["schemas"]["UserRole"][];
            /** @description Its name under `fields`: a letter, then lower-case letters, digits and underscores. Never changed. */
            key: string;
            /** @description How it is shown, by language. */
            labels?: {
                [key: string]: string;
            };
            /** @description Whether it stands on the customer's card at the pop; of at most 20 fields. */
            on_card?: boolean;
            /** @description Of a list, in the order they are shown. */
            options?: components["schemas"]["FieldOption"][];
            /** @description Must be there when a row is made or its fields are changed. */
            required?: boolean;
            /** @description `customer` or `ticket`. Never changed. */
            resource?: string;
            /**
             * Format: int64
             * @description Place on the screen, smallest first.
             */
            sort?: number;
            /** @description Never changed. */
            type: components["schemas"]["FieldType"];
            /** @description Roles that read it; empty: all that read the row. */
            visible_to?: components["schemas"]["UserRole"][];
        };
        /** @description Somebody we serve. */
        Customer: {
            /** @description Whatever else is known: at most 100 short texts. */
            attributes?: {
                [key: string]: string;
            };
            /** @description `YYYY-MM-DD`, or `--MM-DD` where the year is not known. */
            birthday?: string | null;
            company?: string | null;
            /** @description The id in another system; unique where given. */
            external_id?: string | null;
            family_name?: string | null;
            /** @description Values of the fields that an administrator defined, by key. A change names only those that change; `null` clears. */
            fields?: Record<string, unknown>;
            given_name?: string | null;
            kind?: components["schemas"]["CustomerKind"];
            /** @description The language they want to be spoken to in. */
            language?: string | null;
            /** @description Further languages they understand, the better ones first; at most 10. */
            languages?: string[];
            /** @description As shown. Left empty it is made from the other names. */
            name?: string;
            notes?: string;
            /** Format: uuid */
            owner_id?: string | null;
            /**
             * Format: uuid
             * @description The team that looks after them.
             */
            team_id?: string | null;
            /** @description `none`, `bronze`, `silver`, `gold` or a word of your own: lower-case letters, digits, dash, underscore. */
            tier?: string;
            visibility?: components["schemas"]["Visibility"];
        };
        /**
         * @description Whether a customer is a person or a company.
         * @enum {string}
         */
        CustomerKind: "person" | "company";
        /** @description A merge that was done. */
        CustomerMerge: {
            /** Format: int64 */
            at: number;
            /** Format: uuid */
            by?: string | null;
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            merged_id: string;
            state: components["schemas"]["MergeState"];
            /** Format: uuid */
            survivor_id: string;
            /** Format: int64 */
            undone_at?: number | null;
        };
        CustomerRow: components["schemas"]["StoredCustomer"] & components["schemas"]["Activity"];
        /** @description What a formula gives for a customer, with what it was computed from. */
        CustomerValue: {
            /** Format: int64 */
            computed_at: number;
            /** Format: uuid */
            customer_id: string;
            /** Format: uuid */
            formula_id: string;
            /** @description Each variable of the text as it stood; none: not known of this customer. */
            inputs: {
                [key: string]: number | null;
            };
            name: string;
            /**
             * Format: int32
             * @description The version it was computed by.
             */
            number: number;
            /** @description Its text. */
            source: string;
            unit: string;
            /**
             * Format: double
             * @description To three decimal places; none: nothing can be said.
             */
            value?: number | null;
        };
        CustomerView: components["schemas"]["CustomerRow"] & {
            contacts?: components["schemas"]["Contact"][];
        };
        /** @description Why work was offered to whom. */
        Decisions: {
            /** Format: uuid */
            interaction: string;
            /** @description Id → name. */
            names: {
                [key: string]: string;
            };
            offers: components["schemas"]["OfferWhy"][];
            waiting?: components["schemas"]["WaitingWhy"] | null;
        };
        /**
         * @description Where what was ordered is.
         * @enum {string}
         */
        DeliveryState: "none" | "preparing" | "on_the_way" | "pick_up" | "delivered" | "failed";
        /** @description One event on its way to one webhook. */
        DeliveryView: {
            /** Format: int64 */
            attempts: number;
            /** Format: int64 */
            created_at: number;
            /** Format: int64 */
            duration_ms?: number | null;
            /** @description Stays the same however often it is sent. */
            event_id: string;
            /** Format: int64 */
            id: number;
            kind: string;
            /** Format: int64 */
            last_at?: number | null;
            /** @description Why there was none: `timeout`, `refused_address`, `unreachable`, `tls`, `unreadable`. */
            last_error?: string | null;
            /**
             * Format: int64
             * @description The last answer's HTTP status.
             */
            last_status?: number | null;
            /**
             * Format: int64
             * @description When it is tried next, while it is pending.
             */
            next_at?: number | null;
            /**
             * Format: int64
             * @description The delivery this one repeats.
             */
            replay_of?: number | null;
            resource_id: string;
            /** @description `pending`, `delivered`, `failed`. */
            state: string;
        };
        /** @description Whether it is listened who answers a call of ours, a person or a machine, and by which measures. Times in ms. */
        Detection: {
            /**
             * Format: int32
             * @description Silence after words that shows a person waiting.
             * @default 800
             */
            after_greeting_silence_ms: number;
            /**
             * Format: int32
             * @description Silence that ends a word; after less the same word goes on.
             * @default 50
             */
            between_words_silence_ms: number;
            /**
             * Format: int32
             * @description Speech with its short pauses that is too long for a person.
             * @default 1500
             */
            greeting_ms: number;
            /**
             * Format: int32
             * @description Silence before the first word after which it is a machine.
             * @default 2500
             */
            initial_silence_ms: number;
            /**
             * @description Unset: it is not listened, whatever else says so.
             * @default true
             */
            on: boolean;
            /**
             * Format: int32
             * @description Mean sample size below which there is silence, of 32,767.
             * @default 256
             */
            silence_level: number;
            /**
             * Format: int32
             * @description Without a verdict by then it is unsure.
             * @default 5000
             */
            total_ms: number;
            /**
             * Format: int32
             * @description A sound of this length without a pause is no person's word.
             * @default 5000
             */
            word_ms_max: number;
            /**
             * Format: int32
             * @description Shorter sounds are no words.
             * @default 100
             */
            word_ms_min: number;
            /**
             * Format: int32
             * @description More words than this are a machine's.
             * @default 3
             */
            words: number;
        };
        /**
         * @description Who may dial which numbers when. The first that fits, by `sort`, decides; a call that none fits is refused. Calls to emergency
         *     numbers and to numbers of our own need none.
         */
        DialRule: {
            active?: boolean;
            /** @description Unset: such calls are refused. */
            allow?: boolean;
            /** @description For which kinds of number; none: for all but premium, satellite and short ones, which must be named. */
            classes?: string[];
            /** @description For numbers of which countries, ISO 3166-1 alpha-2; none: of any. */
            countries?: string[];
            /**
             * Format: int32
             * @description Most that one person may spend by this rule in a day (UTC), in the same; the call that goes beyond it is the last.
             */
            day_cost_max?: number | null;
            detect?: components["schemas"]["Detection"] | null;
            /**
             * Format: uuid
             * @description Only within these hours.
             */
            hours_id?: string | null;
            /**
             * Format: int32
             * @description What a minute is reckoned to cost, in thousandths of the site's money.
             */
            minute_cost?: number;
            name: string;
            /** @description For whom; none: for everybody. */
            roles?: components["schemas"]["UserRole"][];
            /**
             * Format: int64
             * @description Place in the order, smallest first.
             */
            sort?: number;
        };
        /** @description One who may be the same. */
        Duplicate: {
            /** Format: uuid */
            customer_id: string;
            /** @description Somebody said that they are not the same. */
            dismissed: boolean;
            external_id?: string | null;
            kind: components["schemas"]["CustomerKind"];
            name: string;
            /** @description What it is made of. */
            reasons: components["schemas"]["DuplicateReason"][];
            /**
             * Format: int64
             * @description 0 to 100; from 60 on they are suggested.
             */
            score: number;
        };
        /** @description Two who may be one. */
        DuplicatePair: {
            a: components["schemas"]["DuplicateSide"];
            b: components["schemas"]["DuplicateSide"];
            /**
             * Format: int64
             * @description When it was found first.
             */
            found_at: number;
            /** Format: uuid */
            id: string;
            reasons: components["schemas"]["DuplicateReason"][];
            /** Format: int64 */
            score: number;
            state: components["schemas"]["DuplicateState"];
        };
        /** @description One reason, with what it weighs. */
        DuplicateReason: {
            /** @description The field it looked at: `name`, `contacts`, `address`, `birthday`, `external_id`, `kind`. */
            field: string;
            /**
             * Format: int64
             * @description Negative: against it.
             */
            points: number;
            /** @description The rule's name, see [`crate::identity::score`]. */
            rule: string;
        };
        /** @description One of a pair. */
        DuplicateSide: {
            /** Format: uuid */
            customer_id: string;
            name: string;
        };
        /**
         * @description What became of a pair.
         * @enum {string}
         */
        DuplicateState: "open" | "dismissed" | "merged";
        /** @description Something a customer is entitled to, and by which contract. */
        Entitled: components["schemas"]["Entitlement"] & {
            /** Format: uuid */
            contract_id: string;
            contract_number: string;
            /** Format: int64 */
            ends_at?: number | null;
            /**
             * Format: int64
             * @description How much of it is left, where it is counted.
             */
            left?: number | null;
        };
        /** @description What a contract gives its customer. */
        Entitlement: {
            /** @description A word rules and flows can compare: lower-case letters, digits, dash, underscore. */
            key: string;
            /** @description As people read it. */
            name?: string;
            /**
             * Format: int64
             * @description How much of it, where it is counted; none: without a limit.
             */
            quantity?: number | null;
            /**
             * Format: int64
             * @description How much of that was used.
             */
            used?: number;
        };
        /** @description Where a call to a number goes. */
        Entry: {
            /** Format: uuid */
            flow: string;
            /** @enum {string} */
            to: "flow";
        } | {
            /** Format: uuid */
            queue: string;
            /** @enum {string} */
            to: "queue";
        };
        /**
         * @description What is left of the customer's own row.
         * @enum {string}
         */
        EraseMode: "anonymise" | "erase";
        /** @description What is asked for. */
        EraseRequest: {
            mode?: components["schemas"]["EraseMode"];
            /** @description Stands in the certificate: it must not name the person. */
            reason: string;
        };
        /** @description What became of a table's rows. */
        Erased: {
            /** @description `deleted`, `emptied` (the row stays without its personal fields), `masked` (the audit), `kept`. */
            how: string;
            /** Format: int64 */
            rows: number;
            /** @description The table; `files` for those of recordings, `import_files` for those of imports. */
            what: string;
        };
        /** @description What may still hold values of theirs, and until when. */
        ErasureRemains: {
            /**
             * Format: int64
             * @description How many, where they can be counted.
             */
            count?: number | null;
            /** @description The exports that were made while they were a customer, the latest 100. */
            exports?: string[];
            /** @description `exports`, `import_files`, `webhooks`, `journal`, `backups`, `interactions_of_others`, `tickets_of_others`, `callbacks_of_others`. */
            what: string;
            why: string;
        };
        /**
         * @description Whether all of it is done.
         * @enum {string}
         */
        ErasureState: "files" | "done";
        /** @description An erasure. */
        ErasureView: {
            certificate: components["schemas"]["Certificate"];
            /** Format: int64 */
            completed_at?: number | null;
            /** Format: uuid */
            id: string;
            /** @description Of the certificate's JSON, once it is complete. */
            sha256?: string | null;
            state: components["schemas"]["ErasureState"];
        };
        /** @description One event of the stream. */
        EventView: {
            /** Format: int64 */
            at: number;
            /** @description The event's fields, with personal values in place of their references: null when erased, `***` when masked. */
            body: Record<string, unknown>;
            kind: string;
            /** Format: int64 */
            seq: number;
        };
        /** @description One export of the list. */
        ExportView: {
            /** Format: int64 */
            at: number;
            /** Format: uuid */
            by?: string | null;
            columns: string[];
            /**
             * Format: int64
             * @description None: it is being sent, or whoever wanted it went away.
             */
            ended_at?: number | null;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Customers sent so far.
             */
            rows: number;
            /** @description Not all customers but those a search found. What was searched for is not kept. */
            searched: boolean;
        };
        /** @description A field that was changed. */
        FieldChange: {
            after: unknown;
            before: unknown;
            /** @description `tier`, `fields.contract_class`. */
            field: string;
        };
        /** @description A choice of a list. */
        FieldOption: {
            /** @description How it is shown, by language. */
            labels?: {
                [key: string]: string;
            };
            /** @description What is stored: 1 to 64 characters. */
            value: string;
            /** @description Values of the field in `depends_on` for which it can be chosen; empty: for all. */
            when?: string[];
        };
        /**
         * @description What the values of a field are.
         * @enum {string}
         */
        FieldType: "text" | "number" | "date" | "boolean" | "list" | "multi_list";
        /** @description A field of both, and what it becomes. */
        FieldView: {
            choice: components["schemas"]["MergeChoice"];
            /** @description Both have a value and they differ: somebody should look. */
            conflict: boolean;
            /** @description As in a customer's JSON; one of the attributes as `attributes.KEY`, one defined at run time as `fields.KEY`. */
            field: string;
            merged: unknown;
            result: unknown;
            survivor: unknown;
        };
        /** @description What a caller meets before a person. Its text stands in versions. */
        Flow: {
            name: string;
        };
        /** @description Something wrong with a flow's document. */
        FlowProblem: {
            /** @description From 1, where it can be told. */
            line?: number | null;
            /** @description What to write instead. */
            mend: string;
            message: string;
            /** @description The node it is in; none when it concerns the whole document. */
            node?: string | null;
        };
        /** @description A flow's document. */
        FlowSource: {
            /** @description TOML, at most 256 KiB. */
            source: string;
        };
        /**
         * @description Whether new calls enter a flow by this version.
         * @enum {string}
         */
        FlowState: "draft" | "live" | "retired";
        /** @description One text of a flow. Never changed once written. */
        FlowVersion: {
            /** Format: int64 */
            created_at: number;
            /** Format: uuid */
            created_by?: string | null;
            /** Format: uuid */
            flow_id: string;
            /**
             * Format: int32
             * @description 1, 2, 3 … within the flow.
             */
            number: number;
            /** @description The TOML document. */
            source: string;
            state: components["schemas"]["FlowState"];
        };
        /** @description A formula by its name. Its texts are versions of their own; the published one counts. */
        Formula: {
            active?: boolean;
            /** @description ISO 4217: the orders counted are those in this currency. None: of all, and then no sum of money can be asked for. */
            currency?: string | null;
            /** @description How it is shown, by language. */
            labels?: {
                [key: string]: string;
            };
            /** @description `lifetime_value`, `churn` or a word of your own: lower-case letters, digits, underscore. */
            name: string;
            /** @description Shown on the card when the customer calls. */
            on_card?: boolean;
            /** Format: int64 */
            sort?: number;
            /** @description What its result is counted in, as shown: `%`, `points`. */
            unit?: string;
        };
        /** @description What is wrong with a text, and where. */
        FormulaError: {
            message: string;
            /** @description Of the first character that is wrong; the first of the text is 1. */
            position: number;
        };
        /** @description A text. */
        FormulaSource: {
            /** @description At most 2,000 characters: `if(last_contact_days > 180, 40, 0) + 20 * complaints_365d`. */
            source: string;
        };
        FormulaText: {
            /** @description ISO 4217: the currency of the formula it is meant for. */
            currency?: string | null;
            source: string;
        };
        /** @description One text of a formula. Never changed; another one is another version. */
        FormulaVersion: {
            /** Format: int64 */
            created_at: number;
            /** Format: uuid */
            created_by?: string | null;
            /** Format: uuid */
            formula_id: string;
            /** Format: int32 */
            number: number;
            /** @description It counts. */
            published: boolean;
            /** @description The expression. */
            source: string;
        };
        /** @description What the disk did not take in time, or not at all. */
        GapView: {
            /** Format: int64 */
            frames: number;
            /**
             * Format: int64
             * @description About how long it is.
             */
            lost_ms?: number;
            /** Format: int64 */
            offset_ms: number;
        };
        Health: {
            /** @description `ok`. */
            status: string;
            version: string;
        };
        /** @description Why a hold is lifted. */
        HoldLift: {
            reason: string;
        };
        /** @description A hold to be set. */
        HoldRequest: {
            /** @description Such as the matter's number. */
            reason: string;
            subject: components["schemas"]["HoldSubject"];
            /**
             * Format: uuid
             * @description Of the customer or the interaction.
             */
            subject_id: string;
        };
        /**
         * @description What a hold is about.
         * @enum {string}
         */
        HoldSubject: "customer" | "interaction";
        /** @description A date on which other hours hold. */
        Holiday: {
            /** @description `YYYY-MM-DD` in the zone of the hours. */
            date: string;
            name?: string;
            /** @description Empty: closed all day. */
            open?: components["schemas"]["Span"][];
        };
        /** @description When something is open. */
        Hours: {
            holidays?: components["schemas"]["Holiday"][];
            name: string;
            weekly: components["schemas"]["WeeklySpan"][];
            /** @description IANA time zone. */
            zone: string;
        };
        /**
         * @description How the file is written.
         * @enum {string}
         */
        ImportEncoding: "utf8" | "gb18030";
        /** @description A row that was refused. */
        ImportError: {
            /** @description The column, or the customer's field. Empty: the row as a whole. */
            field: string;
            /**
             * Format: int64
             * @description In the file, from 1.
             */
            line: number;
            reason: string;
            /**
             * Format: int64
             * @description From 1, the first line not counted.
             */
            row: number;
        };
        /** @description An import as it is set up. */
        ImportJob: {
            /** @description `,`, `;`, `|` or a tab. */
            delimiter?: string;
            /** @description Holds for files sent after it was set. */
            encoding?: components["schemas"]["ImportEncoding"];
            /** @description Columns that are not named are left out. May be set after the file has been read. */
            mapping?: components["schemas"]["ColumnMap"][];
            name: string;
            policy?: components["schemas"]["ImportPolicy"];
        };
        /**
         * @description What happens with a row whose customer is there.
         * @enum {string}
         */
        ImportPolicy: "insert" | "update" | "skip";
        /** @description How far an import is. */
        ImportProgress: {
            /**
             * Format: int64
             * @description Since when it is in this state: received, begun.
             */
            begun_at?: number | null;
            /** Format: uuid */
            by?: string | null;
            /**
             * Format: int64
             * @description Of the file.
             */
            bytes: number;
            /** Format: int64 */
            bytes_done: number;
            /** @description Of the file, as in its first line. */
            columns: string[];
            /**
             * Format: int64
             * @description Of a trial: how many would be. Rows that are alike in the file itself are found only where they stand close to each other.
             */
            created: number;
            /** Format: int64 */
            ended_at?: number | null;
            /**
             * Format: int64
             * @description Refused; see the errors.
             */
            failed: number;
            fault?: string | null;
            /**
             * Format: int64
             * @description Rows read: the sum of the next five.
             */
            rows: number;
            /**
             * Format: int64
             * @description Passed over, as somebody has their id, number or mail address.
             */
            skipped: number;
            state: components["schemas"]["ImportState"];
            /**
             * Format: int64
             * @description Were so already.
             */
            unchanged: number;
            /** Format: int64 */
            updated: number;
        };
        /** @description How to begin. */
        ImportStart: {
            /** @description Only say what would be; nothing is written. */
            dry_run?: boolean;
        };
        /**
         * @description Where an import stands.
         * @enum {string}
         */
        ImportState: "new" | "receiving" | "uploaded" | "checking" | "checked" | "running" | "stopped" | "done" | "failed";
        InteractionCustomer: {
            /** Format: uuid */
            customer_id: string;
        };
        /** @description An interaction with everything. */
        InteractionDetail: components["schemas"]["InteractionSummary"] & {
            assignments: components["schemas"]["AssignmentView"][];
            /** @description SIP Call-ID. */
            call_id?: string | null;
            /** @description All customers identified, the likeliest first. */
            customers: string[];
            /** @description What the flow collected; masked values as `***`, erased ones as null. */
            data: {
                [key: string]: string | null;
            };
            events: components["schemas"]["EventView"][];
            events_more: boolean;
            message?: components["schemas"]["MessageView"] | null;
            note?: string | null;
            /** Format: uuid */
            origin_id?: string | null;
            participants: components["schemas"]["ParticipantView"][];
            recordings: components["schemas"]["RecordingView"][];
            work_items: components["schemas"]["WorkItemView"][];
        };
        /** @description An interaction as a list shows it. */
        InteractionSummary: {
            /**
             * Format: uuid
             * @description The last agent it was given to.
             */
            agent_id?: string | null;
            /**
             * Format: int64
             * @description When an agent first talked.
             */
            answered_at?: number | null;
            /** @description `voice`, `voicemail`. */
            channel: string;
            close_reason?: string | null;
            /** Format: int64 */
            closed_at?: number | null;
            /**
             * Format: uuid
             * @description The likeliest customer.
             */
            customer_id?: string | null;
            /** @description `inbound`, `outbound`, `internal`. */
            direction: string;
            /** @description The caller's number; none when withheld or erased. */
            from?: string | null;
            /** Format: int64 */
            hold_ms: number;
            /** Format: uuid */
            id: string;
            /** Format: int64 */
            opened_at: number;
            /**
             * Format: uuid
             * @description The last queue it waited in.
             */
            queue_id?: string | null;
            recorded: boolean;
            /** @description `open` or `closed`. */
            state: string;
            /** Format: int64 */
            talk_ms: number;
            to: string;
            /** Format: uuid */
            trunk_id?: string | null;
            /**
             * Format: int64
             * @description Of the customer, over, in ms: waiting and ringing; talking; on hold.
             */
            wait_ms: number;
            /** Format: uuid */
            wrap_up_code_id?: string | null;
            /** Format: int64 */
            wrap_up_ms: number;
        };
        Interval: components["schemas"]["IntervalSums"] & {
            figures: components["schemas"]["QueueFigures"];
            /**
             * Format: uuid
             * @description None: all queues together.
             */
            queue_id?: string | null;
            /** Format: int64 */
            start_at: number;
        };
        /** @description What the sums of [`IntervalStat`] add up to over some of them. */
        IntervalSums: {
            /** Format: int64 */
            abandoned: number;
            /** Format: int64 */
            abandoned_in_level: number;
            /** Format: int64 */
            answered: number;
            /** Format: int64 */
            answered_in_level: number;
            /** Format: int64 */
            hold_ms: number;
            /** Format: int64 */
            lost: number;
            /** Format: int64 */
            offered: number;
            /** Format: int64 */
            overflowed: number;
            /** Format: int64 */
            talk_ms: number;
            /** Format: int64 */
            wait_abandoned_ms: number;
            /** Format: int64 */
            wait_answered_ms: number;
            /** Format: int64 */
            wrap_up_ms: number;
        };
        IntervalTotal: components["schemas"]["IntervalSums"] & {
            figures: components["schemas"]["QueueFigures"];
        };
        Intervals: {
            /** Format: int64 */
            from: number;
            items: components["schemas"]["Interval"][];
            /**
             * Format: int64
             * @description Within how long an answer counts for the service level.
             */
            level_ms: number;
            /** Format: int64 */
            to: number;
            /** @description All of them together. */
            total: components["schemas"]["IntervalTotal"];
        };
        /**
         * @description Which row an open item is.
         * @enum {string}
         */
        ItemRecord: "open_item" | "ticket" | "order" | "callback";
        JournalReadiness: {
            /** @description It is below its bound. */
            accepting: boolean;
            /**
             * Format: double
             * @description Of the bound; above 1 the reserve is in use.
             */
            fill: number;
        };
        /** @description An article in one language. Its texts stand in versions; what is edited here is who may read it and for how long. */
        KnowledgeArticle: {
            audience?: components["schemas"]["ArticleAudience"];
            /** Format: uuid */
            category_id?: string | null;
            /**
             * Format: uuid
             * @description The first of the articles that say the same in several languages; `null`: this is the first, or the only one.
             */
            group_id?: string | null;
            /** @description `en`, `zh`. Not changed any more once it is written. */
            language: string;
            /** Format: int32 */
            latest: number;
            /**
             * Format: int32
             * @description The number of the version readers see.
             */
            published?: number | null;
            /**
             * Format: int64
             * @description When somebody should look whether it is still right.
             */
            review_due_at?: number | null;
            state: components["schemas"]["ArticleState"];
            /** @description Of the published version, or else of the latest. Not edited here. */
            title: string;
            /**
             * Format: int64
             * @description From then on it is not found any more. Microseconds since 1970, UTC.
             */
            valid_until?: number | null;
        };
        /** @description A shelf of the knowledge base; categories form trees. */
        KnowledgeCategory: {
            name: string;
            /** Format: uuid */
            parent_id?: string | null;
            /**
             * Format: int64
             * @description Its place among its neighbours, the smallest first.
             */
            sort?: number;
        };
        /** @description A hold. */
        LegalHold: {
            /** Format: uuid */
            id: string;
            lift_reason?: string | null;
            /**
             * Format: int64
             * @description None: it stands.
             */
            lifted_at?: number | null;
            /** Format: uuid */
            lifted_by?: string | null;
            reason: string;
            /** Format: int64 */
            set_at: number;
            /** Format: uuid */
            set_by?: string | null;
            subject: components["schemas"]["HoldSubject"];
            /** Format: uuid */
            subject_id: string;
        };
        LinkedInteraction: {
            /** Format: uuid */
            interaction_id: string;
        };
        /** @description A call that is not over. */
        LiveCall: {
            /** @description The number of ours that they called, or were shown. */
            called: string;
            /** @description `inbound`, `outbound`, `internal`. */
            direction?: string | null;
            /** @description The name the network sent. Not verified. */
            display?: string | null;
            /**
             * Format: uuid
             * @description The interaction: what verbs name.
             */
            id: string;
            /** @description The customer's number; null when withheld. */
            number?: string | null;
            /** @description Everybody in it, rung or called for it. Agents do not see who listens to them. */
            parties: components["schemas"]["LiveParty"][];
            /**
             * Format: uuid
             * @description The queue it waits in, or whose call it is.
             */
            queue?: string | null;
            queue_name?: string | null;
            recording: boolean;
            recording_paused: boolean;
            /**
             * Format: int64
             * @description When it began.
             */
            since: number;
            /** @description Waits in the queue and may be taken or moved. */
            waiting: boolean;
        };
        /** @description One who is in a live call. */
        LiveParty: {
            /** Format: uuid */
            agent?: string | null;
            muted: boolean;
            name?: string | null;
            /** Format: uuid */
            participant: string;
            /** @description `customer`, `agent`, `supervisor`, `outside`. */
            role: string;
            /**
             * Format: int64
             * @description When `state` began.
             */
            since: number;
            /** @description `talking`, `on_hold`, `ringing`, …: the words of segments. */
            state: string;
        };
        /** @description A text with marked places, in their order and apart from each other. */
        MarkedText: {
            cut_after: boolean;
            /** @description There is more of it before or behind. */
            cut_before: boolean;
            marks: components["schemas"]["TextMark"][];
            /** @description Plain text: to be shown as it is, never as Markdown or HTML. */
            text: string;
        };
        /** @description Something to find in a recording again. */
        MarkerView: {
            /** @description `held`, `retrieved`, `transferred`, `consulted`, `conferenced`, `intercepted`, `paused`, `resumed`. */
            mark: string;
            /** Format: int64 */
            offset_ms: number;
        };
        /** @description Whether somebody may be contacted on a channel of our own accord. Answering them is another matter. */
        MayContact: {
            allowed: boolean;
            channel: components["schemas"]["ContactChannel"];
            consent?: components["schemas"]["Consent"] | null;
            reason: components["schemas"]["ContactReason"];
        };
        /**
         * @description Whose value of a field stays.
         * @enum {string}
         */
        MergeChoice: "survivor" | "merged" | "both";
        MergeInto: {
            /**
             * Format: uuid
             * @description The ticket that goes on.
             */
            into: string;
        };
        /** @description What a merge would do. */
        MergePreview: {
            /** @description How the survivor will be reached. */
            contacts: components["schemas"]["Contact"][];
            fields: components["schemas"]["FieldView"][];
            /** Format: uuid */
            merged_id: string;
            /** Format: int64 */
            merged_version: number;
            /** @description Rows that move, by table. */
            moves: {
                [key: string]: number;
            };
            /** Format: uuid */
            survivor_id: string;
            /** Format: int64 */
            survivor_version: number;
        };
        /** @description Who goes into the survivor, and which fields stay. */
        MergeRequest: {
            /** @description By field, `attributes.KEY` included. What is not named: the survivor's value where they have one. */
            choices?: {
                [key: string]: components["schemas"]["MergeChoice"];
            };
            /**
             * Format: uuid
             * @description The customer that goes.
             */
            merged_id: string;
            /**
             * Format: int64
             * @description Their version as it was looked at; needed to merge, not for a preview.
             */
            merged_version?: number | null;
        };
        /**
         * @description Whether a merge stands.
         * @enum {string}
         */
        MergeState: "done" | "undone" | "erased";
        /** @description A merge taken back. */
        MergeUndone: {
            /** @description Fields of the survivor that somebody wrote since, and that stayed as they are. */
            kept: string[];
            /** @description What could not come back, because what it refers to is gone: fields such as `owner_id`, and tables of rows. */
            lost: string[];
            merge: components["schemas"]["CustomerMerge"];
            /** @description Later merges into the same customer; they stand. */
            redone: string[];
        };
        /** @description What became of it. */
        MessageTold: {
            told: number;
        };
        /** @description A message somebody left. Its recording belongs to the call, `origin_id`. */
        MessageView: {
            /** Format: uuid */
            agent_id?: string | null;
            /** Format: int64 */
            duration_ms: number;
            /** Format: int64 */
            left_at: number;
            /**
             * Format: uuid
             * @description For whom: a queue or an agent.
             */
            queue_id?: string | null;
            /** Format: uuid */
            recording_id: string;
        };
        /** @description A page of the list, and how much is on it. */
        MyWork: {
            counts: components["schemas"]["WorkCounts"];
            items: components["schemas"]["WorkEntry"][];
            /** @description Give it back as `cursor` to get what follows; null: this was the last page. */
            next?: string | null;
        };
        NewApiToken: components["schemas"]["StoredApiToken"] & {
            /** @description To be sent as `Authorization: Bearer …`; it is not shown again */
            token: string;
        };
        /** @description What makes a new article: its text with who may read it. */
        NewArticle: {
            audience?: components["schemas"]["ArticleAudience"];
            body: string;
            /** Format: uuid */
            category_id?: string | null;
            keywords?: string[];
            language: string;
            /** Format: int64 */
            review_due_at?: number | null;
            title: string;
            /**
             * Format: uuid
             * @description Any article that says the same in another language.
             */
            translation_of?: string | null;
            /** Format: int64 */
            valid_until?: number | null;
        };
        NewCall: {
            /** @description Whether it is listened who answers, a person or a machine; left out: as the dial rule, the queue or the trunk has it. */
            detect?: boolean | null;
            /** @description As a person writes it: E.164, or as it is dialled where the agent sits. */
            number: string;
            /**
             * Format: uuid
             * @description One of the agent's queues: its number is shown, its rules for recording and wrap-up hold.
             */
            queue: string;
            /**
             * Format: uuid
             * @description Who calls: an agent who is signed in on a telephone.
             */
            user: string;
        };
        /** @description A comment to be written. */
        NewComment: {
            public?: boolean;
            /** @description 1 to 10,000 characters. `@login` tells whoever has that login. */
            text: string;
        };
        /** @description What a customer said, to be recorded. */
        NewConsent: {
            /**
             * Format: int64
             * @description When it was said, in µs since 1970; now, when nothing is said. Not later than now.
             */
            at?: number | null;
            /** @description The ground it stands on, such as `consent`, `contract`, `legitimate interest`: a line of at most 100 characters. */
            basis?: string;
            /** @description One to five; all five with `denied` is "do not contact". */
            channels: components["schemas"]["ContactChannel"][];
            /** @description Where it was said: `call`, `web form 12`, …: a line of at most 200 characters. */
            source?: string;
            state: components["schemas"]["ConsentState"];
            /**
             * Format: int64
             * @description Until when a grant holds.
             */
            until?: number | null;
        };
        NewCustomer: components["schemas"]["Customer"] & {
            contacts?: components["schemas"]["ContactInput"][];
        };
        /** @description Something to be said to people: name them, or a team, or a queue, or everybody. */
        NewMessage: {
            everybody?: boolean;
            /** Format: uuid */
            queue?: string | null;
            /** Format: uuid */
            team?: string | null;
            /** @description 1 to 500 characters. */
            text: string;
            /** @description At most 100. */
            users?: string[];
        };
        NewPresence: {
            /** @description `ready`, `not_ready`, or `logged_out`: they are signed out. */
            presence: string;
            /**
             * Format: uuid
             * @description Only with `not_ready`.
             */
            reason?: string | null;
        };
        /** @description A relation to be added to a customer. */
        NewRelation: {
            /**
             * Format: uuid
             * @description The other one.
             */
            customer_id: string;
            /** @description A line of at most 200 characters: `buyer`, `mother`. */
            note?: string;
            relation: components["schemas"]["RelationWord"];
        };
        /** @description An outcome to be kept. */
        NewRuleOutcome: {
            /** Format: uuid */
            interaction_id: string;
            outcome: components["schemas"]["RuleOutcome"];
            /** Format: uuid */
            rule_id: string;
            /**
             * Format: int64
             * @description The version that spoke.
             */
            rule_version: number;
        };
        /** @description What deliveries are signed with from now on. */
        NewSecret: {
            secret: string;
        };
        NewWebhook: components["schemas"]["StoredWebhook"] & {
            /** @description What deliveries are signed with; it is not shown again */
            secret: string;
        };
        /** @description What somebody wrote down. */
        Note: {
            /** Format: uuid */
            readonly author_id?: string | null;
            /**
             * Format: uuid
             * @description Whose record it belongs to. Of a customer, an order, and of tickets and interactions of somebody known, the server knows it.
             */
            customer_id?: string | null;
            /** @description Who was mentioned and is known. */
            mentions?: string[];
            subject: components["schemas"]["NoteSubject"];
            /** Format: uuid */
            subject_id: string;
            /** @description `@login` tells that colleague. */
            text: string;
        };
        /**
         * @description What a note is about.
         * @enum {string}
         */
        NoteSubject: "customer" | "ticket" | "order" | "interaction";
        /**
         * @description Why somebody is told.
         * @enum {string}
         */
        NoticeKind: "assigned" | "mentioned" | "escalated" | "commented";
        /** @description Something somebody is told. */
        Notification: {
            /** Format: int64 */
            at: number;
            /** Format: uuid */
            by?: string | null;
            /** Format: uuid */
            customer_id?: string | null;
            /** Format: uuid */
            id: string;
            /** @description `mention`, `task`, `callback`, `reminder`, `birthday`, `contract_end`, `webhook_disabled`; `message`: `title` is what `by` wrote. */
            kind: string;
            /** Format: int64 */
            read_at?: number | null;
            /** @description What it is about, as the audit names it: `note`, `task`, `contract`, … */
            resource: string;
            resource_id: string;
            title: string;
        };
        /** @description Which ones. */
        NotificationReading: {
            /** @description At most 500; left out or empty, the oldest 500 unread ones. */
            ids?: string[];
        };
        /** @description What became of them. */
        NotificationsRead: {
            /** Format: int64 */
            read: number;
        };
        /** @description A number of ours that callers dial. */
        Number: {
            active?: boolean;
            entry: components["schemas"]["Entry"];
            language?: string;
            name?: string;
            /** @description E.164 with `+`, or the digits the trunk sends: `+`, digits, `*`, `#`, at most 32. */
            number: string;
            /**
             * Format: uuid
             * @description Only for calls from this trunk; `None`: from any.
             */
            trunk_id?: string | null;
        };
        /** @description Work held out to one agent, and why to them. */
        OfferView: {
            /** Format: uuid */
            agent_id: string;
            /** @description The rule, the age, and each candidate with why not. */
            decision: Record<string, unknown>;
            /** Format: int64 */
            ended_at?: number | null;
            /** Format: uuid */
            id: string;
            /** Format: int64 */
            offered_at: number;
            outcome?: string | null;
        };
        /** @description One offer, and why it was made. */
        OfferWhy: {
            /** Format: uuid */
            agent: string;
            /** @description The rule, the age, and each candidate with why not. */
            decision: Record<string, unknown>;
            /** Format: int64 */
            ended_at?: number | null;
            /** Format: uuid */
            offer: string;
            /** Format: int64 */
            offered_at: number;
            /** @description `accepted`, `declined`, `no_answer`, `device_busy`, `device_unreachable`, `withdrawn`; null: it is open. */
            outcome?: string | null;
            /** Format: uuid */
            queue: string;
        };
        /**
         * @description What is open with a customer.
         * @enum {string}
         */
        OpenItemKind: "ticket" | "order" | "callback";
        /** @description An order of a customer. */
        Order: {
            carrier?: string | null;
            /** @description ISO 4217. */
            currency: string;
            /** Format: uuid */
            customer_id: string;
            delivery?: components["schemas"]["DeliveryState"];
            /**
             * Format: int64
             * @description When it is to come, or came.
             */
            delivery_at?: number | null;
            /** Format: int64 */
            due_at?: number | null;
            /**
             * Format: int64
             * @description What is still to be paid of it, in minor units.
             */
            due_minor?: number;
            /** @description The id in another system; unique where given. */
            external_id?: string | null;
            lines?: components["schemas"]["OrderLine"][];
            notes?: string;
            /** @description As the customer reads it out. */
            number: string;
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC.
             */
            placed_at: number;
            state?: components["schemas"]["OrderState"];
            /** Format: int64 */
            total_minor?: number;
            tracking?: string | null;
        };
        /** @description One line of an order. */
        OrderLine: {
            name: string;
            /** Format: int64 */
            quantity?: number;
            sku?: string | null;
            /**
             * Format: int64
             * @description Of all its pieces, in minor units.
             */
            total_minor?: number;
        };
        /**
         * @description How far an order is.
         * @enum {string}
         */
        OrderState: "open" | "processing" | "shipped" | "delivered" | "cancelled" | "returned";
        /** @description Where work goes at a limit of its queue. */
        OverflowTo: {
            /** Format: uuid */
            queue: string;
            /** @enum {string} */
            to: "queue";
        } | {
            /** @enum {string} */
            to: "flow";
        } | {
            /** @enum {string} */
            to: "voicemail";
        } | {
            /** Format: uuid */
            agent: string;
            /** @enum {string} */
            to: "agent_voicemail";
        };
        /** @description One party from joining to leaving. */
        ParticipantView: {
            /** Format: uuid */
            agent_id?: string | null;
            /** @description Who answered a call of ours: `person`, `machine`, `unsure`; none: it was not listened. */
            answerer?: string | null;
            /** Format: uuid */
            id: string;
            /** Format: int64 */
            joined_at: number;
            leave_reason?: string | null;
            /** Format: int64 */
            left_at?: number | null;
            /** @description Codec, packets, loss, jitter, round trip, once the leg is over. */
            media?: Record<string, unknown> | null;
            role: string;
            /** @description They tile the time from joining to leaving. */
            segments: components["schemas"]["SegmentView"][];
        };
        PasswordChange: {
            /** @description 10 to 200 characters. */
            new_password: string;
            old_password: string;
        };
        /** @description A desk phone's account. */
        Phone: {
            active?: boolean;
            name?: string;
            /** Format: uuid */
            owner_id?: string | null;
            /** @description 8 to 100 characters; only digests of it are kept. Left out in a change, it stays. */
            password?: string;
            srtp?: components["schemas"]["SrtpRule"] | null;
            /** @description The SIP user it registers as: 1–64 of `a-z A-Z 0-9 . _ -`. */
            username: string;
        };
        /** @description RFC 9457 3.1, with the members of ours that clients act on. */
        ProblemBody: {
            /**
             * Format: int64
             * @description With `version-conflict`: the version the row has now.
             */
            current_version?: number | null;
            detail?: string | null;
            /** @description With `invalid` and `not-unique`: each field that was refused. */
            errors?: components["schemas"]["WrongField"][];
            /** @description With `merged`: the customer who stands for this one now. */
            merged_into?: string | null;
            /** @description With `invalid-flow`: everything wrong with the document. */
            problems?: components["schemas"]["FlowProblem"][];
            /** Format: int32 */
            status: number;
            title: string;
            /** @description `urn:cordboard:problem:` and a word that never changes: `version-conflict`, `invalid`, … */
            type: string;
        };
        /** @description Something that is sold. */
        Product: {
            active?: boolean;
            /** @description The id in another system; unique where given. */
            external_id?: string | null;
            name: string;
            /** @description As on the label; unique. */
            sku: string;
            /**
             * Format: int32
             * @description Months of warranty from the day it is bought, 0–600.
             */
            warranty_months?: number;
        };
        /** @description A thing a customer has of us. */
        ProductOwned: {
            /** Format: int64 */
            bought_at: number;
            /** Format: uuid */
            customer_id: string;
            /** @description The id in another system; unique where given. */
            external_id?: string | null;
            name: string;
            notes?: string;
            /** Format: uuid */
            product_id?: string | null;
            /** @description The customer has told us that they have it. */
            registered?: boolean;
            serial?: string | null;
            /**
             * Format: int64
             * @description From then on there is no warranty. Left out when it is written first, it follows from the product's months.
             */
            warranty_until?: number | null;
        };
        ProductOwnedView: components["schemas"]["StoredProductOwned"] & {
            /** @description Whether it is under warranty then */
            in_warranty: boolean;
        };
        ProjectorReadiness: {
            /**
             * Format: int64
             * @description Records the database refused, with what follows them in their streams: kept in `aside.jsonl` and handed in again at each start.
             */
            aside: number;
            /**
             * Format: int64
             * @description Records that are not in the database yet.
             */
            behind: number;
            /** @description The last attempt failed. */
            failing: boolean;
        };
        /** @description A line of waiting work and how it is served. */
        Queue: {
            /** Format: uuid */
            hours_id?: string | null;
            /** @description Nobody signed in: refuse, and send away who waits. */
            leave_when_unstaffed?: boolean;
            /** @description Name of the clip played to who waits. */
            music?: string;
            name: string;
            /**
             * Format: int64
             * @description How long an offer may ring, ms.
             */
            offer_timeout_ms?: number;
            /** @description Unset while it takes no new work. */
            open?: boolean;
            /** @description How who waits is ordered. */
            ordering?: components["schemas"]["QueueOrdering"];
            /** @description What its calls to the outside show. */
            outbound?: components["schemas"]["QueueOutbound"];
            overflow?: components["schemas"]["OverflowTo"];
            /**
             * Format: int32
             * @description 0–9, added to the item's own; higher is served first.
             */
            priority?: number;
            recording?: components["schemas"]["RecordingPolicy"];
            /** Format: uuid */
            site_id?: string | null;
            /**
             * Format: int32
             * @description Most items waiting.
             */
            size_max?: number | null;
            /** @description What every item of it needs. */
            skills?: components["schemas"]["SkillLevel"][];
            /** @description How it takes messages, as the end of an overflow or by a transfer. */
            voicemail?: components["schemas"]["QueueVoicemail"];
            /**
             * Format: int64
             * @description Longest wait, ms, then `overflow`.
             */
            wait_max_ms?: number | null;
            /**
             * Format: int64
             * @description Longest wrap-up, ms; 0: none.
             */
            wrap_up_max_ms?: number;
            /** @description A code must be set before wrap-up can be finished. */
            wrap_up_required?: boolean;
            /** @description IANA time zone of its days in reports. */
            zone?: string;
        };
        /** @description What follows from sums, by the formulas `queue-figures/1`. Null where there is nothing to divide by. */
        QueueFigures: {
            /**
             * Format: int64
             * @description Abandonment: abandoned ÷ offered.
             */
            abandoned_permille?: number | null;
            /**
             * Format: int64
             * @description Average handling time: (talk + hold + wrap-up) ÷ answered.
             */
            aht_ms?: number | null;
            /**
             * Format: int64
             * @description Average speed of answer: their waiting ÷ answered.
             */
            asa_ms?: number | null;
            /**
             * Format: int64
             * @description The strict form: answered in time ÷ all offered.
             */
            level_all_permille?: number | null;
            /**
             * Format: int64
             * @description Of those answered alone: answered in time ÷ answered.
             */
            level_answered_permille?: number | null;
            /**
             * Format: int64
             * @description Service level: answered in time ÷ (offered − abandoned in time), in thousandths.
             */
            level_permille?: number | null;
        };
        /** @description How a queue orders its waiting work. A flow may credit a caller with waiting they have not done. */
        QueueOrdering: {
            /** @enum {string} */
            by: "priority";
        } | {
            /** @enum {string} */
            by: "score";
            /**
             * Format: int32
             * @description 0–86,400.
             */
            weight_s: number;
        };
        /** @description What a queue's own calls show. */
        QueueOutbound: {
            /**
             * @description The number its calls to the outside come from, E.164.
             * @default null
             */
            caller_id: string | null;
            /**
             * @description Name shown beside it, where networks carry one.
             * @default null
             */
            caller_name: string | null;
            /** @default null */
            detect: components["schemas"]["Detection"] | null;
            /**
             * @description The called do not see the number; the network does.
             * @default false
             */
            withheld: boolean;
        };
        /** @description How a queue takes messages. */
        QueueVoicemail: {
            /**
             * @description Name of the clip said before the tone.
             * @default voicemail-greeting
             */
            greeting: string;
            /**
             * Format: int32
             * @description Longest message, 5–600.
             * @default 120
             */
            max_seconds: number;
            /**
             * Format: int32
             * @description So much silence ends it, 2–30; 0: none does.
             * @default 5
             */
            silence_seconds: number;
        };
        /** @description A customer's word. */
        RatingByLink: {
            /** @description At most 2,000 characters. */
            comment?: string;
            /**
             * Format: int64
             * @description 1 (bad) to 5 (good).
             */
            score: number;
            token: string;
        };
        /** @description What the form sends. */
        RatingForm: {
            /** @description At most 2,000 characters. */
            comment?: string;
            /** @description 1 (bad) to 5 (good). */
            score?: string;
        };
        /** @description To be sent to the customer. */
        RatingLink: {
            /** Format: int64 */
            expires_at: number;
            /** @description Where the customer rates it: below the address this server has for customers. */
            path: string;
            token: string;
        };
        /**
         * @description New calls can be taken while the switch runs, the server does not drain, and what happens can be kept: the journal has room, or at
         *     least the database answers.
         */
        Readiness: {
            /** @description The database answers. */
            database: boolean;
            draining: boolean;
            journal: components["schemas"]["JournalReadiness"];
            projector: components["schemas"]["ProjectorReadiness"];
            ready: boolean;
            recordings: components["schemas"]["RecordingsReadiness"];
            /** @description The loop that handles calls runs. */
            switch: boolean;
        };
        /** @description Why an agent is not ready, to choose from. */
        Reason: {
            active?: boolean;
            name: string;
            /**
             * Format: int64
             * @description Place in the list, smallest first.
             */
            sort?: number;
        };
        /** @description What was recorded, channel by channel. */
        RecordedConsents: {
            consents: components["schemas"]["Consent"][];
        };
        /** @description One sealed WAV. */
        RecordingPartView: {
            /** Format: int64 */
            bytes: number;
            /** Format: int64 */
            duration_ms: number;
            /** @description Relative to the folder of recordings. */
            file: string;
            /** Format: int64 */
            offset_ms: number;
            /** Format: int64 */
            part: number;
            /** @description Hex. */
            sha256: string;
        };
        /** @description The loudness of a part along its time. */
        RecordingPeaks: {
            agent: number[];
            /** @description The largest sample of each column, 0 to 32767; a short part has fewer columns than were asked for. */
            customer: number[];
            /** Format: int64 */
            duration_ms: number;
            /** Format: int64 */
            part: number;
            /**
             * Format: int32
             * @description Samples a second.
             */
            rate: number;
        };
        /** @description Which calls of a queue are recorded. */
        RecordingPolicy: {
            /** @enum {string} */
            policy: "always";
        } | {
            /** @enum {string} */
            policy: "never";
        } | {
            /** @enum {string} */
            policy: "on_demand";
        } | {
            /** Format: int32 */
            percent: number;
            /** @enum {string} */
            policy: "percent";
        };
        /** @description A recording with its parts on one timeline. */
        RecordingView: {
            /** Format: int64 */
            ended_at?: number | null;
            /** Format: int64 */
            frames_dropped: number;
            /** @description Where something was lost: there is silence in its stead, or no part. */
            gaps: components["schemas"]["GapView"][];
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            interaction_id: string;
            /**
             * Format: int64
             * @description Of all gaps.
             */
            lost_ms: number;
            /** @description What happened where on its timeline, first to last. */
            markers: components["schemas"]["MarkerView"][];
            parts: components["schemas"]["RecordingPartView"][];
            /** Format: int64 */
            started_at: number;
        };
        RecordingsReadiness: {
            /**
             * Format: int64
             * @description Recordings the disk does not take now. Their calls go on, and new calls are taken.
             */
            failing: number;
        };
        /** @description What was turned away, at the door and behind it. */
        Refused: components["schemas"]["SipRefused"] & {
            /** @description Sources of both, the latest first. */
            dropped: components["schemas"]["Source"][];
            /**
             * Format: int64
             * @description Messages dropped before they were read, since the start: their source sent too much or was shut out.
             */
            limited: number;
            /**
             * Format: int64
             * @description Messages of tools that scan the net and say so.
             */
            scanners: number;
        };
        /** @description A relation as one of the two has it. */
        Relation: {
            /** Format: int64 */
            created_at: number;
            /**
             * Format: uuid
             * @description The other one.
             */
            customer_id: string;
            /** Format: uuid */
            id: string;
            /** @description Their name; none when the reader may not see them. */
            name?: string | null;
            note: string;
            relation: components["schemas"]["RelationWord"];
        };
        /**
         * @description What another customer is to this one.
         * @enum {string}
         */
        RelationWord: "works_for" | "employs" | "household" | "parent_company" | "subsidiary" | "upstream_supplier" | "downstream_customer";
        /** @description Something somebody wants to be reminded of. */
        Reminder: {
            active?: boolean;
            /** Format: uuid */
            readonly created_by?: string | null;
            /** Format: uuid */
            customer_id?: string | null;
            /**
             * @description `YYYY-MM-DD`; of a yearly one the year does not count. A birthday is the customer's by their record, where that has one: then it may be
             *     left out, and follows when the record changes.
             */
            date?: string;
            /**
             * Format: int32
             * @description So many days before the date, 0–365.
             */
            days_before?: number;
            kind: components["schemas"]["ReminderKind"];
            /**
             * Format: int64
             * @description When it is due next; none: never again.
             */
            readonly next_at?: number | null;
            /** @description `user:<id>`, `team:<id>` or `queue:<id>`: who is reminded, of a team or queue everybody. Left out when it is made: who makes it. */
            owner?: string | null;
            /** @description `HH:MM` at which it is said. */
            time?: string;
            title: string;
            /** @description IANA time zone of date and time. */
            zone: string;
        };
        /**
         * @description Why somebody is to be reminded.
         * @enum {string}
         */
        ReminderKind: "once" | "yearly" | "birthday";
        /** @description What a replay did. */
        Replayed: {
            /**
             * Format: int64
             * @description Ask again with this as `after` for the rest; none: that was all.
             */
            next?: number | null;
            /** @description Deliveries made. */
            queued: number;
        };
        /** @description How much would be erased now. */
        RetentionDue: {
            /**
             * Format: int64
             * @description Old enough now, legal holds not counted off.
             */
            count: number;
            /** @description There may be more: only the next 10,000 were looked at. */
            more: boolean;
            /**
             * Format: int64
             * @description The oldest.
             */
            oldest_at?: number | null;
        };
        /**
         * @description A kind of data that goes when it is old enough.
         * @enum {string}
         */
        RetentionKind: "recordings" | "messages" | "interactions" | "audit" | "customers" | "imports" | "exports" | "tickets" | "notes" | "tasks" | "callbacks";
        /** @description How long one kind is kept. */
        RetentionPolicy: {
            /** @description Only then is anything erased; until then its figures can be looked at. */
            active?: boolean;
            /**
             * Format: int64
             * @description 1 to 36525.
             */
            days: number;
            /** @description One policy a kind. */
            kind: components["schemas"]["RetentionKind"];
        };
        /** @description A policy with its figures. */
        RetentionStatus: {
            active: boolean;
            /** Format: int64 */
            days: number;
            due: components["schemas"]["RetentionDue"];
            /**
             * Format: int64
             * @description Old enough, and kept because of a legal hold.
             */
            held: number;
            kind: components["schemas"]["RetentionKind"];
            /**
             * Format: int64
             * @description Erased so far.
             */
            swept: number;
            /**
             * Format: int64
             * @description When the sweep last came by.
             */
            swept_at?: number | null;
        };
        /** @description A rule. */
        Rule: {
            active?: boolean;
            /**
             * @description `{"all": […]}`, `{"any": […]}`, `{"not": …}` or a test `{"field": "items.ticket.count", "op": "ge", "value": 1}`; at most 50 tests.
             *     Operators: eq, ne, gt, ge, lt, le, in, contains, starts_with, exists, missing.
             */
            conditions: Record<string, unknown>;
            kind: components["schemas"]["RuleKind"];
            name: string;
            /** @description The queues it is for; empty: all. */
            queues?: string[];
            /**
             * Format: int64
             * @description 1 to 1,000: the strongest three reasons and offers are shown.
             */
            score?: number;
            /** @description What it says, by language: one line of at most 300 characters with placeholders such as `{card.name}`. */
            texts: {
                [key: string]: string;
            };
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC.
             */
            valid_from?: number | null;
            /** Format: int64 */
            valid_until?: number | null;
        };
        /** @description See the module. */
        RuleAdvice: {
            offers: components["schemas"]["RuleSaid"][];
            reasons: components["schemas"]["RuleSaid"][];
        };
        /** @description A contact to ask the rules of. */
        RuleContact: {
            /** Format: uuid */
            customer_id?: string | null;
            /** @description What a flow would have collected, known as `ivr.KEY`. At most 50 values. */
            data?: {
                [key: string]: string;
            };
            /** Format: uuid */
            queue_id?: string | null;
        };
        /** @description How often a rule was right. */
        RuleHitRate: {
            all: components["schemas"]["RulePeriodRate"];
            /** @description Those in which anything was said of it, the earliest first. */
            periods: components["schemas"]["RulePeriodRate"][];
            /** Format: uuid */
            rule_id: string;
        };
        /**
         * @description What a rule's text is.
         * @enum {string}
         */
        RuleKind: "reason" | "offer";
        /**
         * @description What the agent says of it: a reason was right or wrong, an offer accepted or declined.
         * @enum {string}
         */
        RuleOutcome: "right" | "wrong" | "accepted" | "declined";
        /** @description The same for one period. */
        RulePeriodRate: {
            /**
             * Format: double
             * @description hits / (hits + misses); none without any.
             */
            hit_rate?: number | null;
            /**
             * Format: int64
             * @description Right, or accepted.
             */
            hits: number;
            /**
             * Format: int64
             * @description Wrong, or declined.
             */
            misses: number;
            /**
             * Format: double
             * @description What of it can be relied on: the lower bound of Wilson's interval at 95 %.
             */
            reliable: number;
            /** Format: int64 */
            start_at: number;
        };
        /** @description What one rule says. */
        RuleSaid: {
            /** Format: uuid */
            rule: string;
            /**
             * Format: int64
             * @description The rule's version: an outcome names it.
             */
            rule_version: number;
            /** Format: int64 */
            score: number;
            /** @description By language, with the facts put in. Plain text. */
            texts: {
                [key: string]: string;
            };
            /** @description By the same languages: what was found true, a line each. */
            why: {
                [key: string]: string[];
            };
        };
        /** @description What agents are led through in calls of a queue. Its document stands in versions. */
        Script: {
            active?: boolean;
            name: string;
            /**
             * Format: uuid
             * @description The queue whose calls show it; none: it is begun by its id, as by a campaign.
             */
            queue_id?: string | null;
        };
        /** @description The answers to a step. */
        ScriptAnswers: {
            /** @description By the inputs' names: texts, numbers, true and false. What is left out is empty. */
            answers?: Record<string, unknown>;
        };
        /** @description Where it goes on when something is so. */
        ScriptBranch: {
            next: string;
            /** @description A condition as in rules, over `answers.*`, `card.*`, `items.*`, `recent.*` and `ivr.*`. */
            when: Record<string, unknown>;
        };
        /** @description One of several answers. */
        ScriptChoice: {
            label: {
                [key: string]: string;
            };
            value: string;
        };
        /** @description A choice as it is shown. */
        ScriptChoiceView: {
            label: string;
            value: string;
        };
        /** @description A script's document. */
        ScriptDocument: {
            /** @description The language every text has; others may be missing. */
            language?: string;
            /** @description The first step's id. */
            start: string;
            /** @description 1 to 200. */
            steps: components["schemas"]["ScriptStep"][];
            ticket?: components["schemas"]["ScriptTicket"] | null;
        };
        /** @description What the agent fills in. */
        ScriptInput: {
            /** @description With `choice`: 1 to 50. */
            choices?: components["schemas"]["ScriptChoice"][];
            kind: components["schemas"]["ScriptInputKind"];
            label: {
                [key: string]: string;
            };
            /** Format: double */
            max?: number | null;
            /**
             * Format: double
             * @description With `number`: its bounds.
             */
            min?: number | null;
            /** @description Known as `answers.NAME`; 1 to 40 of `a-z 0-9 _`, once in a script. */
            name: string;
            required?: boolean;
            write?: components["schemas"]["ScriptWrite"] | null;
        };
        /** @enum {string} */
        ScriptInputKind: "text" | "number" | "choice" | "date" | "boolean";
        /** @description An input as it is shown. */
        ScriptInputView: {
            /** @description Value and label. */
            choices: components["schemas"]["ScriptChoiceView"][];
            kind: components["schemas"]["ScriptInputKind"];
            label: string;
            name: string;
            required: boolean;
            /** @description What was answered before. */
            value: unknown;
        };
        /** @description A run with the step it stands at. */
        ScriptRun: {
            /** Format: uuid */
            agent_id: string;
            /** @description What was answered so far, by the inputs' names. */
            answers: Record<string, unknown>;
            /** Format: int64 */
            created_at: number;
            /** Format: uuid */
            customer_id?: string | null;
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            interaction_id: string;
            /**
             * Format: int32
             * @description The script's version it began with and goes on with.
             */
            number: number;
            /** Format: uuid */
            script_id: string;
            state: components["schemas"]["ScriptRunState"];
            step: components["schemas"]["ScriptStepView"];
            /**
             * Format: uuid
             * @description The ticket its answers are written into; none yet.
             */
            ticket_id?: string | null;
            /** Format: int64 */
            updated_at: number;
            /**
             * Format: int64
             * @description Grows with each answer; an answer names the one it is based on.
             */
            version: number;
        };
        /**
         * @description Whether a run goes on.
         * @enum {string}
         */
        ScriptRunState: "running" | "over";
        /**
         * @description Where a version of a script stands.
         * @enum {string}
         */
        ScriptState: "draft" | "live" | "retired";
        /** @description One thing to say or to ask. */
        ScriptStep: {
            /** @description The first whose condition is true says where it goes on; none: `next`. At most 20. */
            branches?: components["schemas"]["ScriptBranch"][];
            /** @description The script is over with this step. */
            end?: boolean;
            /** @description 1 to 40 of `a-z 0-9 _ -`. */
            id: string;
            /** @description At most 20. */
            inputs?: components["schemas"]["ScriptInput"][];
            next?: string | null;
            /** @description Markdown with placeholders: `Good day {card.name}`, `{ivr.account}`, `{answers.budget}`. At most 5,000 characters. */
            text: {
                [key: string]: string;
            };
            /** @description One line. */
            title?: {
                [key: string]: string;
            };
        };
        /** @description A step as it is shown. */
        ScriptStepView: {
            /** @description There is a step before. */
            back: boolean;
            /** @description The script is over with this step. */
            end: boolean;
            id: string;
            inputs: components["schemas"]["ScriptInputView"][];
            /** @description Markdown; what was put in is escaped. */
            text: string;
            title?: string | null;
        };
        /** @description A ticket to be opened; of the customer spoken with, and linked with the contact. */
        ScriptTicket: {
            /** @description One line, with placeholders as in texts. An answer may be written to the title instead. */
            title: {
                [key: string]: string;
            };
            /** Format: uuid */
            type_id: string;
        };
        /** @description One document of a script. Never changed once written. */
        ScriptVersion: {
            /** Format: int64 */
            created_at: number;
            /** Format: uuid */
            created_by?: string | null;
            document: components["schemas"]["ScriptDocument"];
            /**
             * Format: int32
             * @description 1, 2, 3 … within the script.
             */
            number: number;
            /** Format: uuid */
            script_id: string;
            state: components["schemas"]["ScriptState"];
        };
        /** @description A field of the record. */
        ScriptWrite: {
            /**
             * @description Of a customer: given_name, family_name, company, birthday, language, notes (added to what is there), attributes.KEY, or fields.KEY for
             *     one defined at run time. Of a ticket: title, description (added to what is there), contact, work, address, priority, custom.KEY, or
             *     fields.KEY.
             */
            field: string;
            to: components["schemas"]["ScriptWriteTo"];
        };
        /**
         * @description Whose field.
         * @enum {string}
         */
        ScriptWriteTo: "customer" | "ticket";
        /**
         * @description What was made of a search.
         * @enum {string}
         */
        SearchBecame: "ticket" | "article_request";
        /** @description Where to find it. */
        SearchTurned: {
            /** Format: uuid */
            id: string;
            /** @description The contact is linked to it. One that has just begun is not in the log yet: link it to the ticket later. */
            interaction_linked: boolean;
            made: components["schemas"]["SearchBecame"];
        };
        /** @description A search that solved nothing, whatever it found. */
        SearchUnsolved: {
            /** @description What the article should answer, or what the customer wants; at most 5,000 characters. */
            details?: string;
            /**
             * Format: uuid
             * @description The contact in which it was missed.
             */
            interaction_id?: string | null;
            /** @description In which language; left out: any. */
            language?: string | null;
            /** @description What was searched for; one line of 1 to 200 characters. */
            text: string;
            ticket?: components["schemas"]["Ticket"] | null;
            /** @description Of what is made; left out: what was searched for. */
            title?: string | null;
        };
        /** @description A stretch of a participant's time. */
        SegmentView: {
            /** Format: int64 */
            ended_at?: number | null;
            kind: string;
            /** Format: uuid */
            queue_id?: string | null;
            /** Format: int64 */
            started_at: number;
        };
        /** @description The server as its pages see it. */
        ServerStatus: {
            /** @description Sample data and simulated callers. */
            demo: boolean;
            /** @description In a demo: with which names one may sign in. Their passwords were printed where it was started. */
            demo_logins: string[];
            /** @description Pages are reached by TLS. */
            https: boolean;
            /** @description Mail can be sent. */
            mail: boolean;
            /** @description A browser gives its microphone to this page: it came by TLS, or from the visitor's own machine (Secure Contexts 3.1). */
            microphone: boolean;
            /** @description New calls are taken. */
            ready: boolean;
            /**
             * Format: int64
             * @description Microseconds since 1970.
             */
            server_time: number;
            /** @description Service orders can be printed. */
            service_orders: boolean;
            signed_in: boolean;
            version: string;
        };
        SessionPhone: {
            /** Format: uuid */
            id: string;
            name: string;
            username: string;
        };
        SessionUser: {
            /** Format: uuid */
            id: string;
            language: string;
            login: string;
            name: string;
            /** @description The queues they serve. */
            queues: string[];
            /** Format: uuid */
            team_id?: string | null;
        };
        /** @description The person signed in. */
        SessionView: {
            /** @description Everything but this group is refused until the password is changed. */
            must_change_password: boolean;
            phone?: components["schemas"]["SessionPhone"] | null;
            /** @description What counts for this session or token. */
            roles: components["schemas"]["UserRole"][];
            user: components["schemas"]["SessionUser"];
        };
        /** @description With whom a customer's record is shared beyond its visibility. */
        Shares: {
            teams?: string[];
            users?: string[];
        };
        SignIn: {
            login: string;
            password: string;
        };
        /** @description The messages of the legs of one interaction, or of one trunk. */
        SipLadder: {
            /** @description In the order they began. */
            legs: components["schemas"]["SipLeg"][];
        };
        /** @description The messages with one far side. */
        SipLeg: {
            /** @description `leg`, `probes`, `registration`. */
            kind: string;
            /**
             * Format: int64
             * @description Messages that are not kept, or not any more.
             */
            left_out: number;
            /**
             * Format: uuid
             * @description Of an interaction only.
             */
            leg?: string | null;
            messages: components["schemas"]["SipMessage"][];
            /**
             * Format: uuid
             * @description Whose leg it is, or was last.
             */
            participant?: string | null;
        };
        /** @description One message. */
        SipMessage: {
            /**
             * Format: int64
             * @description Microseconds since 1970.
             */
            at: number;
            /**
             * Format: int64
             * @description Its length on the wire. When it is more than was kept, the text is the beginning.
             */
            bytes: number;
            /** @description The request or status line. */
            first_line: string;
            /** Format: int64 */
            last_at: number;
            /** @description The server's address. */
            local: string;
            remote: string;
            /**
             * Format: int32
             * @description How often it was sent again, and when last.
             */
            repeats: number;
            /** @description The whole message; secrets are replaced by `[masked]`. */
            text: string;
            /** @description `UDP`, `TCP`, `TLS`, `WS`, `WSS`. */
            transport: string;
            /** @description `in` or `out`, as the server sees it. */
            way: string;
        };
        /** @description Whom the server turned away. */
        SipRefused: {
            /**
             * Format: int64
             * @description Since the start: requests without credentials (every honest telephone's first), wrong ones, those not looked at after too many wrong
             *     ones, and other refusals.
             */
            challenged: number;
            /** Format: int64 */
            refused: number;
            /** @description The last of each sender and reason: those from trunks first, then those that name an account of ours, then strangers. */
            requests: components["schemas"]["SipTurnedAway"][];
            /** Format: int64 */
            slowed: number;
            /** Format: int64 */
            wrong_credentials: number;
        };
        /** @description Requests of one sender turned away for one reason. */
        SipTurnedAway: {
            /**
             * Format: int32
             * @description The answer; none when it was not answered.
             */
            code?: number | null;
            /** Format: int64 */
            count: number;
            /** Format: int64 */
            first_at: number;
            /** Format: int64 */
            last_at: number;
            method: string;
            /**
             * Format: uuid
             * @description The telephone that it names. Nothing proves that it is the one.
             */
            phone?: string | null;
            phrase: string;
            /** @description `no_credentials`, `unknown_name`, `wrong_password`, `slowed`, `answered`. */
            reason: string;
            remote: string;
            /** @description The last one; secrets are masked, and a long one is cut off. */
            text: string;
            transport: string;
            /**
             * Format: uuid
             * @description The trunk whose address it is.
             */
            trunk?: string | null;
        };
        /** @description A place where people work. */
        Site: {
            dialling?: components["schemas"]["SiteDialling"] | null;
            name: string;
            /** @description IANA time zone. */
            zone: string;
        };
        /** @description Where a site is, as far as its people's dialling goes. */
        SiteDialling: {
            /** @description ISO 3166-1 alpha-2: how national numbers dialled there are read. */
            country: string;
            /** @description Beginnings of numbers that are local there: `+4420`. */
            local?: string[];
        };
        /** @description Something agents can be good at. */
        Skill: {
            name: string;
        };
        /** @description A skill with its level. */
        SkillLevel: {
            /**
             * Format: int32
             * @description 1 to 10. Of a person: how good; of a queue: the least that will do.
             */
            proficiency: number;
            /** Format: uuid */
            skill: string;
        };
        /**
         * @description Which of the promised times.
         * @enum {string}
         */
        SlaClock: "response" | "resolution";
        /** @description What is promised to customers, and when its clock runs. */
        SlaPolicy: {
            /**
             * Format: uuid
             * @description Business hours, with their zone and holidays; none: around the clock.
             */
            hours_id?: string | null;
            name: string;
            /** @description The clock stands still while the customer is waited for. */
            pause_while_pending?: boolean;
            /** @description The first that fits holds; at most 50. */
            targets?: components["schemas"]["SlaTarget"][];
        };
        /** @description The times promised to some tickets. */
        SlaTarget: {
            /**
             * Format: int64
             * @description Business time until the first answer, ms; none: not promised.
             */
            first_response_ms?: number | null;
            priority?: components["schemas"]["TicketPriority"] | null;
            /**
             * Format: int64
             * @description Business time until it is resolved, ms; none: not promised.
             */
            resolution_ms?: number | null;
            /** @description For customers of this tier; none: of any. */
            tier?: string | null;
        };
        /** @description One source that was turned away. */
        Source: {
            /** Format: int64 */
            count: number;
            /**
             * Format: int64
             * @description Microseconds since 1970.
             */
            first_at: number;
            /** Format: int64 */
            last_at: number;
            source: string;
            /** @description Of the last one. */
            why: components["schemas"]["Why"];
        };
        /** @description A span of a day, both as `HH:MM`; `24:00` is the end of the day. */
        Span: {
            from: string;
            to: string;
        };
        /**
         * @description Whether media is encrypted with keys from the SDP (RFC 4568). Keys are told over TLS, and otherwise only where the server is set up so.
         * @enum {string}
         */
        SrtpRule: "off" | "optional" | "required";
        /** @description What begins a run. */
        StartScriptRun: {
            /**
             * Format: uuid
             * @description Who is spoken with: whose card is read and whose fields are written.
             */
            customer_id?: string | null;
            /** @description What the flow collected, as the call shows it: known as `ivr.KEY`. At most 50 values. */
            data?: {
                [key: string]: string;
            };
            /** Format: uuid */
            interaction_id: string;
            /** @description In which language it is shown; left out: the document's own. */
            language?: string | null;
            /** Format: uuid */
            queue_id?: string | null;
            /**
             * Format: uuid
             * @description The script; or the queue whose script it is.
             */
            script_id?: string | null;
        };
        Status: {
            /**
             * Format: int32
             * @description Calls under way, both ways.
             */
            calls: number;
            /** @description `unknown` (not probed), `up`, `degraded`, `down`. */
            health: string;
            /** @description `not_wanted`, `asking`, `yes`, `refused`. */
            registered: string;
            /**
             * Format: int32
             * @description The answer by which our registration was refused.
             */
            registration_refused?: number | null;
            /** @description A call failed by it a short while ago: it gets no other for now. */
            resting: boolean;
            /** Format: uuid */
            trunk: string;
        };
        StoredApiToken: {
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            created_at: number;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            updated_at: number;
            /**
             * Format: int64
             * @description Grows by one with each write; it is the ETag
             */
            version: number;
        } & components["schemas"]["ApiToken"];
        StoredArticleRequest: {
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            created_at: number;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            updated_at: number;
            /**
             * Format: int64
             * @description Grows by one with each write; it is the ETag
             */
            version: number;
        } & components["schemas"]["ArticleRequest"];
        StoredCallback: {
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            created_at: number;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            updated_at: number;
            /**
             * Format: int64
             * @description Grows by one with each write; it is the ETag
             */
            version: number;
        } & components["schemas"]["Callback"];
        StoredContract: {
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            created_at: number;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            updated_at: number;
            /**
             * Format: int64
             * @description Grows by one with each write; it is the ETag
             */
            version: number;
        } & components["schemas"]["Contract"];
        StoredCustomField: {
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            created_at: number;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            updated_at: number;
            /**
             * Format: int64
             * @description Grows by one with each write; it is the ETag
             */
            version: number;
        } & components["schemas"]["CustomField"];
        StoredCustomer: {
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            created_at: number;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            updated_at: number;
            /**
             * Format: int64
             * @description Grows by one with each write; it is the ETag
             */
            version: number;
        } & components["schemas"]["Customer"];
        StoredDialRule: {
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            created_at: number;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            updated_at: number;
            /**
             * Format: int64
             * @description Grows by one with each write; it is the ETag
             */
            version: number;
        } & components["schemas"]["DialRule"];
        StoredFlow: {
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            created_at: number;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            updated_at: number;
            /**
             * Format: int64
             * @description Grows by one with each write; it is the ETag
             */
            version: number;
        } & components["schemas"]["Flow"];
        StoredFormula: {
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            created_at: number;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            updated_at: number;
            /**
             * Format: int64
             * @description Grows by one with each write; it is the ETag
             */
            version: number;
        } & components["schemas"]["Formula"];
        StoredHours: {
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            created_at: number;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            updated_at: number;
            /**
             * Format: int64
             * @description Grows by one with each write; it is the ETag
             */
            version: number;
        } & components["schemas"]["Hours"];
        StoredImportJob: {
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            created_at: number;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            updated_at: number;
            /**
             * Format: int64
             * @description Grows by one with each write; it is the ETag
             */
            version: number;
        } & components["schemas"]["ImportJob"];
        StoredKnowledgeArticle: {
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            created_at: number;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            updated_at: number;
            /**
             * Format: int64
             * @description Grows by one with each write; it is the ETag
             */
            version: number;
        } & components["schemas"]["KnowledgeArticle"];
        StoredKnowledgeCategory: {
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            created_at: number;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            updated_at: number;
            /**
             * Format: int64
             * @description Grows by one with each write; it is the ETag
             */
            version: number;
        } & components["schemas"]["KnowledgeCategory"];
        StoredNote: {
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            created_at: number;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            updated_at: number;
            /**
             * Format: int64
             * @description Grows by one with each write; it is the ETag
             */
            version: number;
        } & components["schemas"]["Note"];
        StoredNumber: {
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            created_at: number;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            updated_at: number;
            /**
             * Format: int64
             * @description Grows by one with each write; it is the ETag
             */
            version: number;
        } & components["schemas"]["Number"];
        StoredOrder: {
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            created_at: number;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            updated_at: number;
            /**
             * Format: int64
             * @description Grows by one with each write; it is the ETag
             */
            version: number;
        } & components["schemas"]["Order"];
        StoredPhone: {
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            created_at: number;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            updated_at: number;
            /**
             * Format: int64
             * @description Grows by one with each write; it is the ETag
             */
            version: number;
        } & components["schemas"]["Phone"];
        StoredProduct: {
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            created_at: number;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            updated_at: number;
            /**
             * Format: int64
             * @description Grows by one with each write; it is the ETag
             */
            version: number;
        } & components["schemas"]["Product"];
        StoredProductOwned: {
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            created_at: number;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            updated_at: number;
            /**
             * Format: int64
             * @description Grows by one with each write; it is the ETag
             */
            version: number;
        } & components["schemas"]["ProductOwned"];
        StoredQueue: {
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            created_at: number;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            updated_at: number;
            /**
             * Format: int64
             * @description Grows by one with each write; it is the ETag
             */
            version: number;
        } & components["schemas"]["Queue"];
        StoredReason: {
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            created_at: number;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            updated_at: number;
            /**
             * Format: int64
             * @description Grows by one with each write; it is the ETag
             */
            version: number;
        } & components["schemas"]["Reason"];
        StoredReminder: {
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            created_at: number;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            updated_at: number;
            /**
             * Format: int64
             * @description Grows by one with each write; it is the ETag
             */
            version: number;
        } & components["schemas"]["Reminder"];
        StoredRetentionPolicy: {
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            created_at: number;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            updated_at: number;
            /**
             * Format: int64
             * @description Grows by one with each write; it is the ETag
             */
            version: number;
        } & components["schemas"]["RetentionPolicy"];
        StoredRule: {
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            created_at: number;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            updated_at: number;
            /**
             * Format: int64
             * @description Grows by one with each write; it is the ETag
             */
            version: number;
        } & components["schemas"]["Rule"];
        StoredScript: {
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            created_at: number;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            updated_at: number;
            /**
             * Format: int64
             * @description Grows by one with each write; it is the ETag
             */
            version: number;
        } & components["schemas"]["Script"];
        StoredSite: {
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            created_at: number;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            updated_at: number;
            /**
             * Format: int64
             * @description Grows by one with each write; it is the ETag
             */
            version: number;
        } & components["schemas"]["Site"];
        StoredSkill: {
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            created_at: number;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            updated_at: number;
            /**
             * Format: int64
             * @description Grows by one with each write; it is the ETag
             */
            version: number;
        } & components["schemas"]["Skill"];
        StoredSlaPolicy: {
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            created_at: number;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            updated_at: number;
            /**
             * Format: int64
             * @description Grows by one with each write; it is the ETag
             */
            version: number;
        } & components["schemas"]["SlaPolicy"];
        StoredTask: {
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            created_at: number;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            updated_at: number;
            /**
             * Format: int64
             * @description Grows by one with each write; it is the ETag
             */
            version: number;
        } & components["schemas"]["Task"];
        StoredTeam: {
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            created_at: number;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            updated_at: number;
            /**
             * Format: int64
             * @description Grows by one with each write; it is the ETag
             */
            version: number;
        } & components["schemas"]["Team"];
        StoredTicketRule: {
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            created_at: number;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            updated_at: number;
            /**
             * Format: int64
             * @description Grows by one with each write; it is the ETag
             */
            version: number;
        } & components["schemas"]["TicketRule"];
        StoredTicketTemplate: {
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            created_at: number;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            updated_at: number;
            /**
             * Format: int64
             * @description Grows by one with each write; it is the ETag
             */
            version: number;
        } & components["schemas"]["TicketTemplate"];
        StoredTicketTrigger: {
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            created_at: number;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            updated_at: number;
            /**
             * Format: int64
             * @description Grows by one with each write; it is the ETag
             */
            version: number;
        } & components["schemas"]["TicketTrigger"];
        StoredTicketType: {
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            created_at: number;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            updated_at: number;
            /**
             * Format: int64
             * @description Grows by one with each write; it is the ETag
             */
            version: number;
        } & components["schemas"]["TicketType"];
        StoredTrunk: {
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            created_at: number;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            updated_at: number;
            /**
             * Format: int64
             * @description Grows by one with each write; it is the ETag
             */
            version: number;
        } & components["schemas"]["Trunk"];
        StoredUser: {
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            created_at: number;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            updated_at: number;
            /**
             * Format: int64
             * @description Grows by one with each write; it is the ETag
             */
            version: number;
        } & components["schemas"]["User"];
        StoredWebhook: {
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            created_at: number;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            updated_at: number;
            /**
             * Format: int64
             * @description Grows by one with each write; it is the ETag
             */
            version: number;
        } & components["schemas"]["Webhook"];
        StoredWrapUpCode: {
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            created_at: number;
            /** Format: uuid */
            id: string;
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC
             */
            updated_at: number;
            /**
             * Format: int64
             * @description Grows by one with each write; it is the ETag
             */
            version: number;
        } & components["schemas"]["WrapUpCode"];
        /** @description Something to be done. */
        Task: {
            /**
             * Format: uuid
             * @description Who made it. The server says so, as of the three below.
             */
            readonly created_by?: string | null;
            /** Format: uuid */
            customer_id?: string | null;
            /**
             * Format: int64
             * @description When it was done or cancelled.
             */
            readonly done_at?: number | null;
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC.
             */
            due_at?: number | null;
            /** Format: uuid */
            interaction_id?: string | null;
            /** Format: int64 */
            readonly made_at?: number;
            /** @description `user:<id>`, `team:<id>` or `queue:<id>`; none: nobody yet. */
            owner?: string | null;
            /**
             * Format: int32
             * @description 0 usual to 3 most urgent.
             */
            priority?: number;
            /**
             * Format: int64
             * @description When its owner is to be reminded; left out when it is made, that is when it is due. Emptied once that was done.
             */
            reminder_at?: number | null;
            /**
             * Format: int64
             * @description Its place in lists, the smallest first.
             */
            readonly sort_at?: number;
            state?: components["schemas"]["TaskState"];
            text?: string;
            /** Format: uuid */
            ticket_id?: string | null;
            title: string;
        };
        /**
         * @description How far a task is.
         * @enum {string}
         */
        TaskState: "open" | "in_progress" | "done" | "cancelled";
        /** @description People who work together. */
        Team: {
            name: string;
            /** Format: uuid */
            site_id?: string | null;
        };
        /** @description A marked place: characters (Unicode scalar values) from the beginning of the text, `to` behind the last. */
        TextMark: {
            from: number;
            to: number;
        };
        /** @description Something a customer wants settled. The fields people write; a change names only those that change. */
        Ticket: {
            /** @description Where; at most 500 characters, in lines. */
            address?: string;
            /**
             * Format: int64
             * @description When; microseconds since 1970, UTC.
             */
            appointment_at?: number | null;
            /** Format: uuid */
            assignee_id?: string | null;
            /** @description Whom to speak with and how, in words; at most 200 characters. */
            contact?: string;
            /**
             * Format: uuid
             * @description Whom to speak with, where that is another customer of ours, such as a person in a company.
             */
            contact_id?: string | null;
            /** @description At most 100 values: texts of at most 1,000 characters, numbers, true, false. */
            custom?: Record<string, unknown>;
            /**
             * Format: uuid
             * @description The main customer; further ones are linked by `/tickets/{id}/customers`.
             */
            customer_id?: string | null;
            /** @description At most 20,000 characters. Left out of a new ticket: that of its type's template. */
            description?: string;
            /** @description The id in another system; unique where given. */
            external_id?: string | null;
            /** @description Values of the fields that an administrator defined for tickets, by key. A change names only those that change; `null` clears. */
            fields?: Record<string, unknown>;
            /** Format: uuid */
            parent_id?: string | null;
            priority?: components["schemas"]["TicketPriority"] | null;
            /** Format: uuid */
            queue_id?: string | null;
            /** @description At most 50 words, kept in lower case. */
            tags?: string[];
            /** Format: uuid */
            team_id?: string | null;
            /** @description 1 to 200 characters. Left out of a new ticket: that of its type's template. */
            title?: string;
            /** Format: uuid */
            type_id: string;
            /** @description What is to be done on site, for the printed order; at most 5,000 characters. */
            work?: string;
        };
        /** @description To whom. */
        TicketAssign: {
            /** Format: uuid */
            assignee_id?: string | null;
            /** @description As a new ticket would be; then nothing else is looked at. */
            by_rule?: boolean;
            /** Format: uuid */
            queue_id?: string | null;
            /** Format: uuid */
            team_id?: string | null;
        };
        /** @description Something said about a ticket. */
        TicketComment: {
            /** Format: int64 */
            at: number;
            /** Format: uuid */
            id: string;
            /** @description Who is named in it by `@login`. */
            mentions: string[];
            /** @description For the customer; otherwise among ourselves. */
            public: boolean;
            text: string;
            /**
             * Format: uuid
             * @description None: the program itself.
             */
            user_id?: string | null;
        };
        /** @description All customers of a ticket. */
        TicketCustomers: {
            /** @description At most 100. */
            customers: string[];
            /**
             * Format: uuid
             * @description One of them; none only where there is none.
             */
            main?: string | null;
        };
        /** @description A ticket with what hangs on it. */
        TicketDetail: components["schemas"]["TicketRow"] & {
            /** @description At most 100. */
            children: string[];
            /** @description All customers, the main one first. */
            customers: string[];
            /** @description The latest linked first, at most 100. */
            interactions: string[];
            /** @description Those that were merged into it, at most 100. */
            merged: string[];
            watchers: string[];
        };
        /** @description How it came to where it is. */
        TicketHistory: {
            escalations: components["schemas"]["TicketTriggerFired"][];
            /** @description The earliest first, at most 1,000. */
            statuses: components["schemas"]["TicketStatusChange"][];
        };
        /** @description A merge of a ticket that can be undone, and what would go back. */
        TicketMerge: {
            /** Format: int64 */
            at: number;
            /** @description Why it cannot be undone now, and what to do first; none: it can. */
            blocked?: string | null;
            /** Format: uuid */
            by?: string | null;
            /** @description Those that still stand below the survivor. */
            children: string[];
            /** @description Customers and tags that the survivor has only by this merge. */
            customers: string[];
            interactions: string[];
            /**
             * Format: uuid
             * @description The ticket that goes on.
             */
            into: string;
            /**
             * Format: int64
             * @description Its number.
             */
            into_number: number;
            tags: string[];
            watchers: string[];
        };
        /** @description Something a person should know of. */
        TicketNotice: {
            /** Format: int64 */
            at: number;
            /** Format: uuid */
            id: string;
            kind: components["schemas"]["NoticeKind"];
            /** Format: int64 */
            number: number;
            /** Format: int64 */
            read_at?: number | null;
            /** Format: uuid */
            ticket_id: string;
            title: string;
        };
        /**
         * @description How pressing it is.
         * @enum {string}
         */
        TicketPriority: "low" | "normal" | "high" | "urgent";
        /** @description The customer's word. */
        TicketRating: {
            /** @description At most 2,000 characters. */
            comment?: string;
            /**
             * Format: int64
             * @description 1 (bad) to 5 (good).
             */
            score: number;
        };
        /** @description A ticket as it stands. */
        TicketRow: components["schemas"]["Ticket"] & components["schemas"]["TicketState"] & {
            /**
             * Format: int64
             * @description Microseconds since 1970, UTC.
             */
            created_at: number;
            /** Format: uuid */
            id: string;
            /** Format: int64 */
            updated_at: number;
            /**
             * Format: int64
             * @description Grows by one with each write; it is the ETag.
             */
            version: number;
        };
        /** @description Who gets which new tickets. The first rule that fits, by `sort`, decides. */
        TicketRule: {
            active?: boolean;
            /** @description Whom to choose among, at most 100; empty: the active people of the team. */
            agents?: string[];
            /** @description Languages of the main customer. */
            languages?: string[];
            name: string;
            pick?: components["schemas"]["AgentPick"];
            priorities?: components["schemas"]["TicketPriority"][];
            /** Format: uuid */
            queue_id?: string | null;
            /**
             * Format: int64
             * @description Place among the rules, smallest first.
             */
            sort?: number;
            /** Format: uuid */
            team_id?: string | null;
            /** @description Tiers of the main customer; one without a customer has `none`. */
            tiers?: string[];
            /** @description For tickets of these types; empty: of any. So with the next three. */
            types?: string[];
        };
        /** @description What the program keeps of a ticket. */
        TicketState: {
            /** @description One of both was broken. */
            breached: boolean;
            /** Format: int64 */
            closed_at?: number | null;
            complaint: boolean;
            complaint_step?: components["schemas"]["ComplaintStep"] | null;
            /** Format: uuid */
            created_by?: string | null;
            /**
             * Format: int64
             * @description The earlier of both, while it is live.
             */
            due_at?: number | null;
            /** @description Neither resolved nor closed. */
            live: boolean;
            /**
             * Format: uuid
             * @description The ticket that goes on in its place.
             */
            merged_into?: string | null;
            /**
             * Format: int64
             * @description When the program looks at it next.
             */
            next_escalation_at?: number | null;
            /**
             * Format: int64
             * @description Counts up through the whole deployment; what people say on the telephone.
             */
            number: number;
            /** Format: int64 */
            reopened_count: number;
            /** Format: int64 */
            resolution_breached_at?: number | null;
            /** Format: int64 */
            resolution_due_at?: number | null;
            /** Format: int64 */
            resolution_left_ms?: number | null;
            /**
             * Format: int64
             * @description The same until it is resolved.
             */
            resolution_target_ms?: number | null;
            /** Format: int64 */
            resolved_at?: number | null;
            /**
             * Format: int64
             * @description The first answer to the customer: a public comment, or being asked something.
             */
            responded_at?: number | null;
            /** Format: int64 */
            response_breached_at?: number | null;
            /**
             * Format: int64
             * @description When it will have passed; none while the clock stands still and once it is answered.
             */
            response_due_at?: number | null;
            /**
             * Format: int64
             * @description What is left of it while the clock stands still; negative: over.
             */
            response_left_ms?: number | null;
            /**
             * Format: int64
             * @description Business time promised until the first answer; none: nothing is promised.
             */
            response_target_ms?: number | null;
            /**
             * Format: uuid
             * @description Of a complaint: who answers for it.
             */
            responsible_id?: string | null;
            /**
             * Format: int64
             * @description The customer's word, 1 (bad) to 5 (good).
             */
            satisfaction?: number | null;
            /** Format: int64 */
            satisfaction_at?: number | null;
            satisfaction_comment: string;
            /** @description `agent` or `link`. */
            satisfaction_via?: string | null;
            status: components["schemas"]["TicketStatus"];
            /**
             * Format: int64
             * @description Since when.
             */
            status_at: number;
        };
        /**
         * @description Where it stands.
         * @enum {string}
         */
        TicketStatus: "new" | "open" | "pending" | "on_hold" | "resolved" | "closed";
        /** @description A line of its status history. */
        TicketStatusChange: {
            /** Format: int64 */
            at: number;
            note: string;
            status: components["schemas"]["TicketStatus"];
            /**
             * Format: uuid
             * @description None: the program itself.
             */
            user_id?: string | null;
        };
        TicketStatusTo: {
            /** @description For the history; a line of at most 500 characters. */
            note?: string;
            status: components["schemas"]["TicketStatus"];
        };
        /** @description A text with gaps such as `{{customer.name}}`, for titles, descriptions and answers. */
        TicketTemplate: {
            language?: string;
            name: string;
            /** @description At most 10,000 characters. */
            text?: string;
            /** @description At most 200 characters. */
            title?: string;
        };
        /** @description A template with its gaps filled. */
        TicketText: {
            text: string;
            title: string;
        };
        /** @description What happens when a ticket is not looked after. */
        TicketTrigger: {
            /** @description 1 to 10, done in their order. */
            actions: components["schemas"]["TriggerAction"][];
            active?: boolean;
            /**
             * @description Waits count the business hours of the promised times' policy, and it does its work only within them; what comes due outside waits for
             *     the next opening. Otherwise they are of the clock on the wall.
             */
            business_hours?: boolean;
            moment: components["schemas"]["TriggerMoment"];
            name: string;
            priorities?: components["schemas"]["TicketPriority"][];
            /**
             * Format: int64
             * @description Place among the triggers, smallest first.
             */
            sort?: number;
            tiers?: string[];
            /** @description For tickets of these types; empty: of any. So with the next two. */
            types?: string[];
        };
        /** @description A trigger that has done its work on a ticket. */
        TicketTriggerFired: {
            /** Format: int64 */
            at: number;
            /** Format: uuid */
            trigger_id: string;
        };
        /** @description A kind of ticket. */
        TicketType: {
            active?: boolean;
            /** @description Its tickets go through the steps of a complaint. */
            complaint?: boolean;
            name: string;
            /** @description Of a ticket that names none. */
            priority?: components["schemas"]["TicketPriority"];
            /**
             * Format: uuid
             * @description Where a ticket goes that no rule fits.
             */
            queue_id?: string | null;
            /**
             * Format: uuid
             * @description What is promised; none: nothing.
             */
            sla_policy_id?: string | null;
            /** @description Those its tickets may take beside `new` and `closed`; empty: all. */
            statuses?: components["schemas"]["TicketStatus"][];
            /** Format: uuid */
            team_id?: string | null;
            /**
             * Format: uuid
             * @description Title and description of a ticket that brings none.
             */
            template_id?: string | null;
        };
        TicketWatcher: {
            /** Format: uuid */
            user_id: string;
        };
        /** @description Something that happened. */
        TimelineEntry: {
            /** Format: int64 */
            at: number;
            /** @description What was changed, as far as the reader may read it. */
            changes: components["schemas"]["FieldChange"][];
            /**
             * @description What it is more closely: channel and direction, a ticket's number, an order's sum in minor units and its currency, the kind of item,
             *     the kind of row changed.
             */
            detail?: string | null;
            /**
             * Format: uuid
             * @description Of the row it tells of.
             */
            id: string;
            /** @description `interaction`, `ticket`, `order`, `callback`, `task`, `note`, `script`, `consent`, `open_item`, `change`. */
            kind: string;
            /** @description How it stands, or stood at its end. */
            state?: string | null;
            /** @description A line or two: the note, the title of what it is, an order's number, what was done. */
            title?: string | null;
            /** @description Their name now. */
            user?: string | null;
            /**
             * Format: uuid
             * @description Who served or did it.
             */
            user_id?: string | null;
        };
        /** @description One to whom a call may be given. */
        TransferTarget: {
            /** @description They may be asked first; else the call is given at once. */
            can_consult: boolean;
            /** Format: int64 */
            expected_wait_ms?: number | null;
            /** @description `number`, `agent`, `queue`, `flow`. */
            kind: string;
            /** @description Of an agent. */
            login?: string | null;
            name: string;
            /** @description It takes new work. */
            open?: boolean | null;
            /** @description `logged_out`, `not_ready`, `ready`. */
            presence?: string | null;
            /** @description Their telephone can be reached. */
            reachable?: boolean | null;
            /** Format: int32 */
            ready?: number | null;
            /**
             * Format: int64
             * @description When `state` began.
             */
            since?: number | null;
            /**
             * Format: int32
             * @description Agents of it signed in; of these ready.
             */
            staffed?: number | null;
            /** @description The one word a screen shows: `ready`, `talking`, `wrap_up`, … */
            state?: string | null;
            /** Format: uuid */
            team?: string | null;
            /** @description What `transfer` and `consult` take as `to`. */
            to: Record<string, unknown>;
            /** @description A message may be left there as well. */
            voicemail?: boolean | null;
            /**
             * Format: int32
             * @description Of a queue: calls that wait in it.
             */
            waiting?: number | null;
        };
        /** @description The answer to [`TargetsAsked`]. */
        TransferTargets: {
            items: components["schemas"]["TransferTarget"][];
            /** @description There are more than were asked for. */
            more: boolean;
        };
        /**
         * @description How SIP reaches a trunk.
         * @enum {string}
         */
        Transport: "udp" | "tcp" | "tls";
        /** @description What a trigger does. */
        TriggerAction: {
            /** @enum {string} */
            do: "raise_priority";
        } | {
            /** Format: uuid */
            assignee_id?: string | null;
            /** @enum {string} */
            do: "reassign";
            /** Format: uuid */
            queue_id?: string | null;
            /** Format: uuid */
            team_id?: string | null;
        } | {
            assignee?: boolean;
            /** @enum {string} */
            do: "notify";
            users?: string[];
            watchers?: boolean;
        } | {
            /** @enum {string} */
            do: "note";
            text: string;
        };
        /** @description When a trigger does its work, once for each ticket. */
        TriggerMoment: {
            clock: components["schemas"]["SlaClock"];
            /** Format: int64 */
            ms: number;
            /** @enum {string} */
            when: "before_breach";
        } | {
            clock: components["schemas"]["SlaClock"];
            /** Format: int64 */
            ms?: number;
            /** @enum {string} */
            when: "after_breach";
        } | {
            /** Format: int64 */
            ms: number;
            status: components["schemas"]["TicketStatus"];
            /** @enum {string} */
            when: "unchanged";
        } | {
            /** Format: int64 */
            times: number;
            /** @enum {string} */
            when: "reopened";
        };
        /** @description A line to the outside, known by the addresses it sends from. */
        Trunk: {
            active?: boolean;
            /**
             * Format: int32
             * @description Most calls at once; one more is refused with 503.
             */
            calls_max?: number;
            /** @description ISO 3166-1 alpha-2: how its national numbers are read. */
            country: string;
            name: string;
            /** @description How calls of ours go out by it. */
            outbound?: components["schemas"]["TrunkOutbound"];
            /** @description Where our own requests go: `host:port`, or a host whose NAPTR and SRV records say where; `None`: it only sends. */
            peer?: string | null;
            /**
             * Format: int32
             * @description Only from this port, where several trunks share an address.
             */
            source_port?: number | null;
            /** @description Addresses or networks its requests come from: `192.0.2.10`, `192.0.2.0/24`, `2001:db8::/32`. */
            sources: string[];
            srtp?: components["schemas"]["SrtpRule"] | null;
            /** @description With TLS, the name its certificate must be for, where that is not the host of `peer`. */
            tls_name?: string | null;
            transport?: components["schemas"]["Transport"];
            /** @description Its caller identities are believed (RFC 3325), and how it says that its calls were redirected. */
            trusted?: boolean;
        };
        /** @description What a trunk knows us by. */
        TrunkAccount: {
            /** @description Challenges of this realm are answered, of no other. */
            realm: string;
            user: string;
        };
        /**
         * @description Which header tells a trunk who calls (RFC 3325).
         * @enum {string}
         */
        TrunkIdentity: "asserted" | "preferred" | "none";
        /** @description How calls of ours go out by a trunk, and how it is kept under watch. */
        TrunkOutbound: {
            /** @default null */
            account: components["schemas"]["TrunkAccount"] | null;
            /**
             * @description Countries whose numbers it takes, ISO 3166-1 alpha-2.
             * @default []
             */
            countries: string[];
            /**
             * Format: int32
             * @description Most new calls in a second, of ours to it and of its to us.
             * @default null
             */
            cps_max: number | null;
            /** @default null */
            detect: components["schemas"]["Detection"] | null;
            /**
             * @description Host of its Request-URI and of our identities, where it wants a name instead of addresses.
             * @default null
             */
            domain: string | null;
            /** @default asserted */
            identity: components["schemas"]["TrunkIdentity"];
            /**
             * @description Whether numbers begin with `+` to it.
             * @default true
             */
            plus: boolean;
            /**
             * @description Beginnings of the numbers it takes, with `+`. With none, and no country: every number.
             * @default []
             */
            prefixes: string[];
            /**
             * Format: int32
             * @description The smallest is used first.
             * @default 100
             */
            priority: number;
            /**
             * Format: int32
             * @description So many probes lost in a row make it down.
             * @default 3
             */
            probe_fall: number;
            /**
             * Format: int32
             * @description So many answered in a row make it up again.
             * @default 2
             */
            probe_rise: number;
            /**
             * Format: int32
             * @description Probe it with OPTIONS so often, seconds.
             * @default null
             */
            probe_s: number | null;
            /**
             * Format: int32
             * @description Register with it, and ask for so many seconds.
             * @default null
             */
            register_s: number | null;
            /**
             * @description Whether it is called with `sips:`, which asks for TLS on every hop; only with the transport tls.
             * @default false
             */
            sips: boolean;
            /**
             * Format: int32
             * @description Share of the calls among trunks of one priority.
             * @default 100
             */
            weight: number;
        };
        /** @description A person who may sign in. An agent is a user with the role agent; the ids are the same. */
        User: {
            active?: boolean;
            language?: string;
            /** @description 1–64 of `a-z 0-9 . _ - @`; kept in lower case. */
            login: string;
            must_change_password?: boolean;
            name: string;
            /** @description 10 to 200 characters. Left out in a change, the password stays; without one nobody can sign in. */
            password?: string;
            /**
             * Format: uuid
             * @description The desk phone this person's calls ring on when they sign in without saying otherwise.
             */
            phone_id?: string | null;
            /** @description The queues this person serves. */
            queues?: string[];
            roles: components["schemas"]["UserRole"][];
            skills?: components["schemas"]["SkillLevel"][];
            /** Format: uuid */
            team_id?: string | null;
            /** @description Who is transferred to this person and does not reach them may leave them a message. */
            voicemail?: boolean;
        };
        /** @description Somebody, by name. */
        UserName: {
            /** @description Whether they may sign in. */
            active: boolean;
            /** Format: uuid */
            id: string;
            /** @description By which notes name them: `@login`. */
            login: string;
            name: string;
        };
        /**
         * @description What a person may do. Several may be held at once.
         * @enum {string}
         */
        UserRole: "agent" | "supervisor" | "admin" | "analyst";
        VariableView: {
            about: string;
            name: string;
        };
        /**
         * @description Who sees a customer, besides administrators, their owner, supervisors of the owner's or the customer's team, and those it is shared with.
         * @enum {string}
         */
        Visibility: "everyone" | "team" | "owner";
        /** @description Work that waits now, and who is there for it. */
        WaitingWhy: {
            /** @description Each agent with why they do not have it. */
            decision: Record<string, unknown>;
            /**
             * Format: int64
             * @description How long it will probably still wait; null: not known.
             */
            expected_wait_ms?: number | null;
            /**
             * Format: int32
             * @description Place in the line, 1 is next; null while it is held out to an agent.
             */
            position?: number | null;
            /**
             * Format: int32
             * @description The queue's and its own together.
             */
            priority: number;
            /** Format: uuid */
            queue: string;
            queue_name?: string | null;
            /**
             * Format: int64
             * @description When the waiting began.
             */
            since: number;
        };
        /** @description Somebody who wants to be told. */
        Webhook: {
            active?: boolean;
            /** @description Which events: `customer.updated`, all of a resource `ticket.*`, or all `*`. */
            kinds: string[];
            name: string;
            /** @description `https://…`; `http://` only to this machine, to try it. */
            url: string;
        };
        /** @description How a webhook does. */
        WebhookStatus: {
            active: boolean;
            /**
             * Format: int64
             * @description When it was switched off for that.
             */
            disabled_at?: number | null;
            /**
             * Format: int64
             * @description Since when nothing was taken.
             */
            failing_since?: number | null;
            /**
             * Format: int64
             * @description Deliveries that wait, counted up to 1,000.
             */
            pending: number;
        };
        /** @description Open on one day of the week. A day may stand several times. */
        WeeklySpan: {
            /**
             * Format: int32
             * @description 1 Monday to 7 Sunday (ISO 8601).
             */
            day: number;
            from: string;
            to: string;
        };
        /**
         * @description Why a message was dropped.
         * @enum {string}
         */
        Why: "too_much" | "shut_out" | "scanner";
        /** @description How much is on somebody's list; each figure stops at [`WORK_COUNT_MAX`]. */
        WorkCounts: {
            /** Format: int64 */
            callbacks: number;
            /** Format: int64 */
            callbacks_due: number;
            /** Format: int64 */
            tasks: number;
            /**
             * Format: int64
             * @description Of those, the ones whose time has come.
             */
            tasks_late: number;
            /** Format: int64 */
            unread: number;
        };
        /** @description One thing on somebody's list. */
        WorkEntry: {
            /** Format: uuid */
            customer_id?: string | null;
            /** Format: int64 */
            due_at?: number | null;
            /** Format: uuid */
            id: string;
            /** @description `task`, `callback`, `notification`. */
            kind: string;
            /** @description None: it is one's own. */
            owner?: string | null;
            /** Format: int32 */
            priority: number;
            /** @description Of a notification: what it is about. */
            resource?: string | null;
            resource_id?: string | null;
            /**
             * Format: int64
             * @description Its place in the list, the smallest first.
             */
            sort_at: number;
            state: string;
            /** Format: uuid */
            ticket_id?: string | null;
            title: string;
        };
        /** @description One pass of work through a queue, with the offers made of it. */
        WorkItemView: {
            /** @description The assignment, the other queue, or why it left. */
            detail?: string | null;
            /** Format: int64 */
            ended_at?: number | null;
            /** Format: uuid */
            id: string;
            offers: components["schemas"]["OfferView"][];
            /** @description `assigned`, `abandoned`, `left`, `overflowed`, `server_lost`. */
            outcome?: string | null;
            /** Format: int64 */
            pass: number;
            /** Format: int64 */
            priority: number;
            /** Format: uuid */
            queue_id: string;
            /** Format: int64 */
            queued_at: number;
            /**
             * Format: int64
             * @description When the waiting began; earlier than `queued_at` for work that brought its age.
             */
            since: number;
        };
        /** @description What came of a contact, to choose from in wrap-up. */
        WrapUpCode: {
            active?: boolean;
            name: string;
            /**
             * Format: uuid
             * @description Offered for work of this queue only; `None`: for all.
             */
            queue_id?: string | null;
        };
        /** @description A field that was refused. */
        WrongField: {
            /** @description As in the JSON form, with an index where it is a list: `skills[2].proficiency`. Empty: the body as a whole. */
            field: string;
            /** @description What to do about it. */
            message: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    get_api_openapi_json: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OpenAPI 3.1 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, unknown>;
                };
            };
        };
    };
    get_api_tokens: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
                /** @description Only those whose name begins with this, whatever the case */
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StoredApiToken"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_api_tokens: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApiToken"];
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewApiToken"];
                };
            };
        };
    };
    get_api_tokens_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row; its version is the ETag */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredApiToken"];
                };
            };
        };
    };
    delete_api_tokens_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_api_tokens_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A merge patch (RFC 7396): only the fields to change; null clears */
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApiToken"];
                "application/merge-patch+json": components["schemas"]["ApiToken"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredApiToken"];
                };
            };
        };
    };
    get_audit: {
        parameters: {
            query?: {
                /** @description The kind of row: queue, user, flow_version, … */
                resource?: string;
                /** @description The row */
                resource_id?: string;
                /** @description Who */
                user?: string;
                /** @description create, update, delete or listen */
                action?: string;
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["AuditEntry"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    get_callbacks: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
                /** @description Only those with exactly this */
                owner?: string;
                /** @description Only those with exactly this */
                customer_id?: string;
                /** @description Only those with exactly this */
                number?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StoredCallback"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_callbacks: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Callback"];
            };
        };
        responses: {
            /** @description Made; Location and ETag say where and in which version */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredCallback"];
                };
            };
        };
    };
    get_callbacks_due: {
        parameters: {
            query?: {
                /** @description user:<id>, team:<id> or queue:<id>; one's own when nothing is said */
                owner?: string;
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StoredCallback"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    get_callbacks_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row; its version is the ETag */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredCallback"];
                };
            };
        };
    };
    delete_callbacks_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_callbacks_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A merge patch (RFC 7396): only the fields to change; null clears */
        requestBody: {
            content: {
                "application/json": components["schemas"]["Callback"];
                "application/merge-patch+json": components["schemas"]["Callback"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredCallback"];
                };
            };
        };
    };
    get_callbacks_by_id_attempts: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description In their order */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AttemptView"][];
                };
            };
        };
    };
    post_callbacks_by_id_attempts: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AttemptInput"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredCallback"];
                };
            };
        };
    };
    post_callbacks_by_id_cancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredCallback"];
                };
            };
        };
    };
    post_callbacks_by_id_take: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredCallback"];
                };
            };
        };
    };
    get_calls: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["LiveCall"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_calls: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewCall"];
            };
        };
        responses: {
            /** @description The agent's telephone rings; Location is the interaction */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallMade"];
                };
            };
        };
    };
    get_calls_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The call */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LiveCall"];
                };
            };
        };
    };
    post_calls_by_id_accept: {
        parameters: {
            query?: {
                /** @description In whose name: an agent one may supervise. Left out: one's own */
                as_agent?: string;
            };
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CallNothing"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    post_calls_by_id_answer: {
        parameters: {
            query?: {
                /** @description In whose name: an agent one may supervise. Left out: one's own */
                as_agent?: string;
            };
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CallNothing"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    post_calls_by_id_complete: {
        parameters: {
            query?: {
                /** @description In whose name: an agent one may supervise. Left out: one's own */
                as_agent?: string;
            };
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CallNothing"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    post_calls_by_id_conference: {
        parameters: {
            query?: {
                /** @description In whose name: an agent one may supervise. Left out: one's own */
                as_agent?: string;
            };
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CallNothing"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    post_calls_by_id_consult: {
        parameters: {
            query?: {
                /** @description In whose name: an agent one may supervise. Left out: one's own */
                as_agent?: string;
            };
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CallTo"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_calls_by_id_decision: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The offers, the earliest first, and the wait now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Decisions"];
                };
            };
        };
    };
    post_calls_by_id_decline: {
        parameters: {
            query?: {
                /** @description In whose name: an agent one may supervise. Left out: one's own */
                as_agent?: string;
            };
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CallNothing"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    post_calls_by_id_digits: {
        parameters: {
            query?: {
                /** @description In whose name: an agent one may supervise. Left out: one's own */
                as_agent?: string;
            };
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CallDigits"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    post_calls_by_id_drop_party: {
        parameters: {
            query?: {
                /** @description In whose name: an agent one may supervise. Left out: one's own */
                as_agent?: string;
            };
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CallParty"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    post_calls_by_id_finish_message: {
        parameters: {
            query?: {
                /** @description In whose name: an agent one may supervise. Left out: one's own */
                as_agent?: string;
            };
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CallNothing"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    post_calls_by_id_force_release: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CallRelease"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    post_calls_by_id_hang_up: {
        parameters: {
            query?: {
                /** @description In whose name: an agent one may supervise. Left out: one's own */
                as_agent?: string;
            };
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CallNothing"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    post_calls_by_id_hold: {
        parameters: {
            query?: {
                /** @description In whose name: an agent one may supervise. Left out: one's own */
                as_agent?: string;
            };
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CallNothing"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    post_calls_by_id_intercept: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CallNothing"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    post_calls_by_id_mode: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CallMode"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    post_calls_by_id_move: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CallMove"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    post_calls_by_id_mute: {
        parameters: {
            query?: {
                /** @description In whose name: an agent one may supervise. Left out: one's own */
                as_agent?: string;
            };
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CallMute"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    post_calls_by_id_record: {
        parameters: {
            query?: {
                /** @description In whose name: an agent one may supervise. Left out: one's own */
                as_agent?: string;
            };
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CallRecord"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    post_calls_by_id_retrieve: {
        parameters: {
            query?: {
                /** @description In whose name: an agent one may supervise. Left out: one's own */
                as_agent?: string;
            };
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CallNothing"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    post_calls_by_id_return: {
        parameters: {
            query?: {
                /** @description In whose name: an agent one may supervise. Left out: one's own */
                as_agent?: string;
            };
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CallNothing"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    post_calls_by_id_return_message: {
        parameters: {
            query?: {
                /** @description In whose name: an agent one may supervise. Left out: one's own */
                as_agent?: string;
            };
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CallNothing"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    post_calls_by_id_supervise: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CallSupervise"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    post_calls_by_id_swap: {
        parameters: {
            query?: {
                /** @description In whose name: an agent one may supervise. Left out: one's own */
                as_agent?: string;
            };
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CallNothing"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    post_calls_by_id_take: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CallNothing"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    post_calls_by_id_take_message: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CallNothing"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    post_calls_by_id_transfer: {
        parameters: {
            query?: {
                /** @description In whose name: an agent one may supervise. Left out: one's own */
                as_agent?: string;
            };
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CallTo"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_contracts: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
                /** @description Only those with exactly this */
                customer_id?: string;
                /** @description Only those with exactly this */
                number?: string;
                /** @description Only those with exactly this */
                external_id?: string;
                /** @description Only those with exactly this */
                product_id?: string;
                /** @description Only those with exactly this */
                owner_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StoredContract"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_contracts: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Contract"];
            };
        };
        responses: {
            /** @description Made; Location and ETag say where and in which version */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredContract"];
                };
            };
        };
    };
    put_contracts_by_external_id_by_external_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                external_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Contract"];
            };
        };
        responses: {
            /** @description As it is now; unchanged, its version stays */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredContract"];
                };
            };
            /** @description It was not there and is made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredContract"];
                };
            };
        };
    };
    get_contracts_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row; its version is the ETag */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredContract"];
                };
            };
        };
    };
    delete_contracts_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_contracts_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A merge patch (RFC 7396): only the fields to change; null clears */
        requestBody: {
            content: {
                "application/json": components["schemas"]["Contract"];
                "application/merge-patch+json": components["schemas"]["Contract"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredContract"];
                };
            };
        };
    };
    get_custom_fields: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
                /** @description Only those whose name begins with this, whatever the case */
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StoredCustomField"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_custom_fields: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CustomField"];
            };
        };
        responses: {
            /** @description Made; Location and ETag say where and in which version */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredCustomField"];
                };
            };
        };
    };
    get_custom_fields_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row; its version is the ETag */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredCustomField"];
                };
            };
        };
    };
    delete_custom_fields_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_custom_fields_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A merge patch (RFC 7396): only the fields to change; null clears */
        requestBody: {
            content: {
                "application/json": components["schemas"]["CustomField"];
                "application/merge-patch+json": components["schemas"]["CustomField"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredCustomField"];
                };
            };
        };
    };
    get_customers: {
        parameters: {
            query?: {
                /** @description The beginning of a name or mail address, a number in any form or its last digits, or the id in another system */
                search?: string;
                /** @description Only those of this tier */
                tier?: string;
                /** @description Only those of this user; `me`: one's own */
                owner?: string;
                /** @description Only those of this team */
                team?: string;
                /** @description person or company */
                kind?: string;
                /** @description Only those with this language */
                language?: string;
                /** @description Only the one with this id in another system */
                external_id?: string;
                /** @description Only those with a birthday on this day of the year (MM-DD) or after; in the order of the year */
                birthday_from?: string;
                /** @description The same, on this day or before */
                birthday_to?: string;
                /** @description Only those with no contact in so many days, or ever */
                not_contacted_days?: string;
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["CustomerRow"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_customers: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewCustomer"];
            };
        };
        responses: {
            /** @description Added */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerView"];
                };
            };
        };
    };
    put_customers_by_external_id_by_external_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that was read; where given, nobody may have changed the customer since */
                "If-Match"?: string;
            };
            path: {
                external_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewCustomer"];
            };
        };
        responses: {
            /** @description As they are now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerView"];
                };
            };
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerView"];
                };
            };
        };
    };
    get_customers_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The customer; their version is the ETag */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerView"];
                };
            };
            /** @description The customer was merged into another; Location and `merged_into` say into whom */
            307: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    patch_customers_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A merge patch (RFC 7396): only the fields to change; null clears */
        requestBody: {
            content: {
                "application/json": components["schemas"]["Customer"];
                "application/merge-patch+json": components["schemas"]["Customer"];
            };
        };
        responses: {
            /** @description As they are now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerView"];
                };
            };
            /** @description The customer was merged into another; Location and `merged_into` say into whom */
            307: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    get_customers_by_id_card: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The customer with the last interactions and what is open */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Card"];
                };
            };
            /** @description The customer was merged into another; Location and `merged_into` say into whom */
            307: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    get_customers_by_id_consent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Each channel with what it rests on */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MayContact"][];
                };
            };
            /** @description The customer was merged into another; Location and `merged_into` say into whom */
            307: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    post_customers_by_id_consent: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewConsent"];
            };
        };
        responses: {
            /** @description Recorded */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordedConsents"];
                };
            };
            /** @description The customer was merged into another; Location and `merged_into` say into whom */
            307: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    get_customers_by_id_consent_history: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Consent"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
            /** @description The customer was merged into another; Location and `merged_into` say into whom */
            307: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    put_customers_by_id_contacts: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Contacts"];
            };
        };
        responses: {
            /** @description As they are now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerView"];
                };
            };
            /** @description The customer was merged into another; Location and `merged_into` say into whom */
            307: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    get_customers_by_id_contracts: {
        parameters: {
            query?: {
                /** @description When `holds` is asked for: RFC 3339, or microseconds since 1970; now when nothing is said */
                at?: string;
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["ContractView"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
            /** @description The customer was merged into another; Location and `merged_into` say into whom */
            307: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    get_customers_by_id_due: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A sum for each currency, in minor units */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Amount"][];
                };
            };
            /** @description The customer was merged into another; Location and `merged_into` say into whom */
            307: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    get_customers_by_id_duplicates: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description At most 20, the likeliest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Duplicate"][];
                };
            };
            /** @description The customer was merged into another; Location and `merged_into` say into whom */
            307: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    get_customers_by_id_entitlements: {
        parameters: {
            query?: {
                /** @description When: RFC 3339, or microseconds since 1970; now when nothing is said */
                at?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description By each contract that holds then */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Entitled"][];
                };
            };
            /** @description The customer was merged into another; Location and `merged_into` say into whom */
            307: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    post_customers_by_id_erase: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EraseRequest"];
            };
        };
        responses: {
            /** @description Erased, with its certificate */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErasureView"];
                };
            };
            /** @description The customer was merged into another; Location and `merged_into` say into whom */
            307: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    post_customers_by_id_merge: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MergeRequest"];
            };
        };
        responses: {
            /** @description Merged; to be undone by its id */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerMerge"];
                };
            };
            /** @description The customer was merged into another; Location and `merged_into` say into whom */
            307: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    post_customers_by_id_merge_preview: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MergeRequest"];
            };
        };
        responses: {
            /** @description What would be; nothing was written */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MergePreview"];
                };
            };
            /** @description The customer was merged into another; Location and `merged_into` say into whom */
            307: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    get_customers_by_id_merges: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The first 200 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerMerge"][];
                };
            };
            /** @description The customer was merged into another; Location and `merged_into` say into whom */
            307: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    get_customers_by_id_orders: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StoredOrder"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
            /** @description The customer was merged into another; Location and `merged_into` say into whom */
            307: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    get_customers_by_id_products: {
        parameters: {
            query?: {
                /** @description When `in_warranty` is asked for: RFC 3339, or microseconds since 1970; now when nothing is said */
                at?: string;
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["ProductOwnedView"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
            /** @description The customer was merged into another; Location and `merged_into` say into whom */
            307: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    get_customers_by_id_relations: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Relation"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
            /** @description The customer was merged into another; Location and `merged_into` say into whom */
            307: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    post_customers_by_id_relations: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewRelation"];
            };
        };
        responses: {
            /** @description Added */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Relation"];
                };
            };
            /** @description The customer was merged into another; Location and `merged_into` say into whom */
            307: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    delete_customers_by_id_relations_by_relation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                relation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Taken away */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The customer was merged into another; Location and `merged_into` say into whom */
            307: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    get_customers_by_id_shares: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description People and teams */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Shares"];
                };
            };
            /** @description The customer was merged into another; Location and `merged_into` say into whom */
            307: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    put_customers_by_id_shares: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Shares"];
            };
        };
        responses: {
            /** @description As it is now; the ETag is the customer's new version */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Shares"];
                };
            };
            /** @description The customer was merged into another; Location and `merged_into` say into whom */
            307: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    get_customers_by_id_tickets: {
        parameters: {
            query?: {
                /** @description A number, with or without #, or the beginning of a title */
                search?: string;
                /** @description new, open, pending, on_hold, resolved, closed */
                status?: string;
                /** @description true: neither resolved nor closed */
                live?: string;
                /** @description Id of a person */
                assignee?: string;
                /** @description Id of a team */
                team?: string;
                /** @description Id of a queue */
                queue?: string;
                /** @description Id of a ticket type */
                type?: string;
                /** @description low, normal, high, urgent */
                priority?: string;
                /** @description A tag, whatever its case */
                tag?: string;
                /** @description true: a promised time was broken */
                breached?: string;
                /** @description Live and promised before: RFC 3339, or microseconds since 1970 */
                due_before?: string;
                /** @description Changed at or after, in the same forms */
                updated_since?: string;
                /** @description Id of a person who watches it */
                watcher?: string;
                /** @description Id of an interaction linked */
                interaction?: string;
                /** @description Id of the ticket it is below */
                parent?: string;
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["TicketRow"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
            /** @description The customer was merged into another; Location and `merged_into` say into whom */
            307: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    get_customers_by_id_timeline: {
        parameters: {
            query?: {
                /** @description Only these, separated by commas: interaction, ticket, order, callback, task, note, script, consent, open_item, change */
                kinds?: string;
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["TimelineEntry"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
            /** @description The customer was merged into another; Location and `merged_into` say into whom */
            307: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    get_customers_by_id_values: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Of each published formula */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerValue"][];
                };
            };
            /** @description The customer was merged into another; Location and `merged_into` say into whom */
            307: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    get_dial_rules: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
                /** @description Only those whose name begins with this, whatever the case */
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StoredDialRule"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_dial_rules: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DialRule"];
            };
        };
        responses: {
            /** @description Made; Location and ETag say where and in which version */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredDialRule"];
                };
            };
        };
    };
    get_dial_rules_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row; its version is the ETag */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredDialRule"];
                };
            };
        };
    };
    delete_dial_rules_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_dial_rules_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A merge patch (RFC 7396): only the fields to change; null clears */
        requestBody: {
            content: {
                "application/json": components["schemas"]["DialRule"];
                "application/merge-patch+json": components["schemas"]["DialRule"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredDialRule"];
                };
            };
        };
    };
    get_directory: {
        parameters: {
            query?: {
                /** @description Words that stand in a name or login, or a number; left out: all */
                q?: string;
                /** @description agent, queue, flow or number */
                kind?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was found */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TransferTargets"];
                };
            };
        };
    };
    get_duplicates: {
        parameters: {
            query?: {
                /** @description open (when nothing is said), dismissed or merged */
                state?: string;
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["DuplicatePair"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_duplicates_by_id_dismiss: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They are not suggested again */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_erasures: {
        parameters: {
            query?: {
                /** @description Of this customer */
                customer_id?: string;
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["ErasureView"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    get_erasures_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was erased and what is left where; no personal value is in it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErasureView"];
                };
            };
        };
    };
    get_exports: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["ExportView"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    get_exports_customers_csv: {
        parameters: {
            query?: {
                /** @description Names parted by commas: fields of a customer, phone_1 to phone_9, email_1 …, address_1 …, chat_1 …, other_1 …, attributes.KEY, fields.KEY. The usual ones when nothing is said */
                columns?: string;
                /** @description Only those a search finds, as in the list of customers */
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
        };
    };
    get_flows: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
                /** @description Only those whose name begins with this, whatever the case */
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StoredFlow"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_flows: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Flow"];
            };
        };
        responses: {
            /** @description Made; Location and ETag say where and in which version */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredFlow"];
                };
            };
        };
    };
    post_flows_check: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FlowSource"];
            };
        };
        responses: {
            /** @description Whether it can be used, and everything that is wrong */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Checked"];
                };
            };
        };
    };
    get_flows_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row; its version is the ETag */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredFlow"];
                };
            };
        };
    };
    delete_flows_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_flows_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A merge patch (RFC 7396): only the fields to change; null clears */
        requestBody: {
            content: {
                "application/json": components["schemas"]["Flow"];
                "application/merge-patch+json": components["schemas"]["Flow"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredFlow"];
                };
            };
        };
    };
    get_flows_by_id_versions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The versions */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlowVersion"][];
                };
            };
        };
    };
    post_flows_by_id_versions: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FlowSource"];
            };
        };
        responses: {
            /** @description Added */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlowVersion"];
                };
            };
        };
    };
    get_flows_by_id_versions_by_number: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The version with its document */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlowVersion"];
                };
            };
        };
    };
    post_flows_by_id_versions_by_number_publish: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is live */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlowVersion"];
                };
            };
        };
    };
    get_formulas: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
                /** @description Only those whose name begins with this, whatever the case */
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StoredFormula"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_formulas: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Formula"];
            };
        };
        responses: {
            /** @description Made; Location and ETag say where and in which version */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredFormula"];
                };
            };
        };
    };
    post_formulas_check: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FormulaText"];
            };
        };
        responses: {
            /** @description Whether it can be used, and the first thing that is wrong with its place */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckedFormula"];
                };
            };
        };
    };
    get_formulas_variables: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Each variable with what it counts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VariableView"][];
                };
            };
        };
    };
    get_formulas_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row; its version is the ETag */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredFormula"];
                };
            };
        };
    };
    delete_formulas_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_formulas_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A merge patch (RFC 7396): only the fields to change; null clears */
        requestBody: {
            content: {
                "application/json": components["schemas"]["Formula"];
                "application/merge-patch+json": components["schemas"]["Formula"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredFormula"];
                };
            };
        };
    };
    get_formulas_by_id_versions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The versions */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FormulaVersion"][];
                };
            };
        };
    };
    post_formulas_by_id_versions: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FormulaSource"];
            };
        };
        responses: {
            /** @description Added; it counts once it is published */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FormulaVersion"];
                };
            };
        };
    };
    get_formulas_by_id_versions_by_number: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The version with its text */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FormulaVersion"];
                };
            };
        };
    };
    post_formulas_by_id_versions_by_number_publish: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It counts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FormulaVersion"];
                };
            };
        };
    };
    get_hours: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
                /** @description Only those whose name begins with this, whatever the case */
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StoredHours"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_hours: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Hours"];
            };
        };
        responses: {
            /** @description Made; Location and ETag say where and in which version */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredHours"];
                };
            };
        };
    };
    get_hours_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row; its version is the ETag */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredHours"];
                };
            };
        };
    };
    delete_hours_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_hours_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A merge patch (RFC 7396): only the fields to change; null clears */
        requestBody: {
            content: {
                "application/json": components["schemas"]["Hours"];
                "application/merge-patch+json": components["schemas"]["Hours"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredHours"];
                };
            };
        };
    };
    get_imports: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
                /** @description Only those whose name begins with this, whatever the case */
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StoredImportJob"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_imports: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ImportJob"];
            };
        };
        responses: {
            /** @description Made; Location and ETag say where and in which version */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredImportJob"];
                };
            };
        };
    };
    get_imports_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row; its version is the ETag */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredImportJob"];
                };
            };
        };
    };
    delete_imports_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_imports_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A merge patch (RFC 7396): only the fields to change; null clears */
        requestBody: {
            content: {
                "application/json": components["schemas"]["ImportJob"];
                "application/merge-patch+json": components["schemas"]["ImportJob"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredImportJob"];
                };
            };
        };
    };
    get_imports_by_id_errors: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["ImportError"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    get_imports_by_id_errors_csv: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The refused rows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
        };
    };
    put_imports_by_id_file: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description The file, as text/csv */
        requestBody: {
            content: {
                "text/csv": string;
            };
        };
        responses: {
            /** @description It is here; `columns` are those that may be mapped */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportProgress"];
                };
            };
        };
    };
    get_imports_by_id_progress: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it stands */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportProgress"];
                };
            };
        };
    };
    post_imports_by_id_start: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ImportStart"];
            };
        };
        responses: {
            /** @description It is under way */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportProgress"];
                };
            };
        };
    };
    post_imports_by_id_stop: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is not under way any more */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportProgress"];
                };
            };
        };
    };
    get_interactions: {
        parameters: {
            query?: {
                /** @description Opened at or after: RFC 3339, or microseconds since 1970 */
                from?: string;
                /** @description Opened before, in the same forms */
                to?: string;
                /** @description Id of the last queue */
                queue?: string;
                /** @description Id of the last agent */
                agent?: string;
                /** @description Id of a customer identified */
                customer?: string;
                /** @description The caller's number in any form, or the number dialled */
                number?: string;
                /** @description open or closed */
                state?: string;
                /** @description Why it closed: completed, abandoned, … */
                reason?: string;
                /** @description inbound, outbound or internal */
                direction?: string;
                /** @description voice or voicemail */
                channel?: string;
                /** @description Id of the wrap-up code */
                wrap_up_code?: string;
                /** @description true: with a recording; false: without */
                recorded?: string;
                /** @description true: an agent talked; false: none did */
                answered?: string;
                /** @description Talked at least so many seconds */
                talk_min_s?: string;
                /** @description Talked at most so many seconds */
                talk_max_s?: string;
                /** @description Id of the last agent's team, as teams are now */
                team?: string;
                /** @description Words that all stand in its notes, the name the network sent, or the wrap-up code's name */
                text?: string;
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["InteractionSummary"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    get_interactions_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The interaction with all that belongs to it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InteractionDetail"];
                };
            };
        };
    };
    put_interactions_by_id_customer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InteractionCustomer"];
            };
        };
        responses: {
            /** @description The contact is theirs */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_interactions_by_id_sip: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its legs with their messages */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SipLadder"];
                };
            };
        };
    };
    get_knowledge_articles: {
        parameters: {
            query?: {
                /** @description Of this category */
                category?: string;
                /** @description In this language */
                language?: string;
                /** @description draft, review, published or retired */
                state?: string;
                /** @description Those to be looked at by then: 2026-01-31T08:00:00Z, or microseconds since 1970 */
                review_due_by?: string;
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StoredKnowledgeArticle"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_knowledge_articles: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewArticle"];
            };
        };
        responses: {
            /** @description Written */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArticleView"];
                };
            };
        };
    };
    get_knowledge_articles_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The article; its version is the ETag */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArticleView"];
                };
            };
        };
    };
    delete_knowledge_articles_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_knowledge_articles_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A merge patch (RFC 7396): only the fields to change; null clears */
        requestBody: {
            content: {
                "application/json": components["schemas"]["KnowledgeArticle"];
                "application/merge-patch+json": components["schemas"]["KnowledgeArticle"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArticleView"];
                };
            };
        };
    };
    get_knowledge_articles_by_id_comments: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["ArticleComment"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_knowledge_articles_by_id_comments: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ArticleCommentText"];
            };
        };
        responses: {
            /** @description Kept */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArticleCommented"];
                };
            };
        };
    };
    put_knowledge_articles_by_id_rating: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ArticleRated"];
            };
        };
        responses: {
            /** @description How the article has done so far */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArticleTally"];
                };
            };
        };
    };
    post_knowledge_articles_by_id_retire: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArticleView"];
                };
            };
        };
    };
    post_knowledge_articles_by_id_used: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ArticleUsed"];
            };
        };
        responses: {
            /** @description How the article has done so far */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArticleTally"];
                };
            };
        };
    };
    get_knowledge_articles_by_id_versions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The versions */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArticleVersion"][];
                };
            };
        };
    };
    post_knowledge_articles_by_id_versions: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ArticleText"];
            };
        };
        responses: {
            /** @description Added */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArticleVersion"];
                };
            };
        };
    };
    get_knowledge_articles_by_id_versions_by_number: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The version with its text */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArticleVersion"];
                };
            };
        };
    };
    post_knowledge_articles_by_id_versions_by_number_publish: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is published */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArticleVersion"];
                };
            };
        };
    };
    post_knowledge_articles_by_id_versions_by_number_review: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                number: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ArticleReview"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArticleVersion"];
                };
            };
        };
    };
    post_knowledge_articles_by_id_versions_by_number_submit: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It waits for a reviewer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArticleVersion"];
                };
            };
        };
    };
    get_knowledge_categories: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
                /** @description Only those whose name begins with this, whatever the case */
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StoredKnowledgeCategory"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_knowledge_categories: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KnowledgeCategory"];
            };
        };
        responses: {
            /** @description Made; Location and ETag say where and in which version */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredKnowledgeCategory"];
                };
            };
        };
    };
    get_knowledge_categories_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row; its version is the ETag */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredKnowledgeCategory"];
                };
            };
        };
    };
    delete_knowledge_categories_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_knowledge_categories_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A merge patch (RFC 7396): only the fields to change; null clears */
        requestBody: {
            content: {
                "application/json": components["schemas"]["KnowledgeCategory"];
                "application/merge-patch+json": components["schemas"]["KnowledgeCategory"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredKnowledgeCategory"];
                };
            };
        };
    };
    get_knowledge_requests: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
                /** @description Only those whose name begins with this, whatever the case */
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StoredArticleRequest"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_knowledge_requests: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ArticleRequest"];
            };
        };
        responses: {
            /** @description Made; Location and ETag say where and in which version */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredArticleRequest"];
                };
            };
        };
    };
    get_knowledge_requests_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row; its version is the ETag */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredArticleRequest"];
                };
            };
        };
    };
    delete_knowledge_requests_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_knowledge_requests_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A merge patch (RFC 7396): only the fields to change; null clears */
        requestBody: {
            content: {
                "application/json": components["schemas"]["ArticleRequest"];
                "application/merge-patch+json": components["schemas"]["ArticleRequest"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredArticleRequest"];
                };
            };
        };
    };
    get_knowledge_search: {
        parameters: {
            query?: {
                /** @description Any text of at most 200 characters; nothing in it has a meaning of its own */
                q?: string;
                /** @description Only articles in this language */
                language?: string;
                /** @description Only articles of this category and those below it */
                category?: string;
                /** @description 1 to 50; 10 when nothing is said */
                limit?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The best first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArticlesFound"];
                };
            };
        };
    };
    get_knowledge_searches: {
        parameters: {
            query?: {
                /** @description true: only searches that found nothing the last time */
                without_result?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The most frequent first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArticleSearch"][];
                };
            };
        };
    };
    get_knowledge_searches_unsolved: {
        parameters: {
            query?: {
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The most frequent first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArticleSearch"][];
                };
            };
        };
    };
    post_knowledge_searches_unsolved: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SearchUnsolved"];
            };
        };
        responses: {
            /** @description Made; Location says where */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SearchTurned"];
                };
            };
        };
    };
    get_legal_holds: {
        parameters: {
            query?: {
                /** @description On this customer or interaction */
                subject_id?: string;
                /** @description true: not lifted; false: lifted */
                standing?: string;
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["LegalHold"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_legal_holds: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HoldRequest"];
            };
        };
        responses: {
            /** @description It stands */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LegalHold"];
                };
            };
        };
    };
    get_legal_holds_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The hold */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LegalHold"];
                };
            };
        };
    };
    post_legal_holds_by_id_lift: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HoldLift"];
            };
        };
        responses: {
            /** @description It is lifted */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LegalHold"];
                };
            };
        };
    };
    get_lookup: {
        parameters: {
            query?: {
                /** @description The number in any form */
                number?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The cards, at most 10 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Card"][];
                };
            };
        };
    };
    get_merges_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The merge */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerMerge"];
                };
            };
        };
    };
    post_merges_by_id_undo: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Undone */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MergeUndone"];
                };
            };
        };
    };
    get_my_work: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of it, and how much it is in all */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MyWork"];
                };
            };
        };
    };
    get_notes: {
        parameters: {
            query?: {
                /** @description Id of a customer */
                customer?: string;
                /** @description Id of an order */
                order?: string;
                /** @description Id of a ticket */
                ticket?: string;
                /** @description Id of an interaction */
                interaction?: string;
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StoredNote"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_notes: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Note"];
            };
        };
        responses: {
            /** @description Made; Location and ETag say where and in which version */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredNote"];
                };
            };
        };
    };
    get_notes_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row; its version is the ETag */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredNote"];
                };
            };
        };
    };
    delete_notes_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_notes_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A merge patch (RFC 7396): only the fields to change; null clears */
        requestBody: {
            content: {
                "application/json": components["schemas"]["Note"];
                "application/merge-patch+json": components["schemas"]["Note"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredNote"];
                };
            };
        };
    };
    get_notes_by_id_attachments: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description At most 50 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Attachment"][];
                };
            };
        };
    };
    post_notes_by_id_attachments: {
        parameters: {
            query?: never;
            header: {
                /** @description Its name, percent-encoded UTF-8 (RFC 3986 2.1) */
                "File-Name": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description The file */
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description Attached; Location says where */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Attachment"];
                };
            };
        };
    };
    get_notes_by_id_attachments_by_attachment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                attachment: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file, to be saved */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
        };
    };
    delete_notes_by_id_attachments_by_attachment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                attachment: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_notices: {
        parameters: {
            query?: {
                /** @description true: only what was not read yet */
                unread?: string;
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["TicketNotice"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_notices_by_id_read: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is read */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_notifications: {
        parameters: {
            query?: {
                /** @description true: only what one has not read */
                unread?: string;
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Notification"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_notifications: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewMessage"];
            };
        };
        responses: {
            /** @description To how many */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessageTold"];
                };
            };
        };
    };
    post_notifications_read: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NotificationReading"];
            };
        };
        responses: {
            /** @description How many there were */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotificationsRead"];
                };
            };
        };
    };
    get_numbers: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
                /** @description Only those whose name begins with this, whatever the case */
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StoredNumber"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_numbers: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Number"];
            };
        };
        responses: {
            /** @description Made; Location and ETag say where and in which version */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredNumber"];
                };
            };
        };
    };
    get_numbers_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row; its version is the ETag */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredNumber"];
                };
            };
        };
    };
    delete_numbers_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_numbers_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A merge patch (RFC 7396): only the fields to change; null clears */
        requestBody: {
            content: {
                "application/json": components["schemas"]["Number"];
                "application/merge-patch+json": components["schemas"]["Number"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredNumber"];
                };
            };
        };
    };
    get_orders: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
                /** @description Only those with exactly this */
                customer_id?: string;
                /** @description Only those with exactly this */
                number?: string;
                /** @description Only those with exactly this */
                external_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StoredOrder"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_orders: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Order"];
            };
        };
        responses: {
            /** @description Made; Location and ETag say where and in which version */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredOrder"];
                };
            };
        };
    };
    put_orders_by_external_id_by_external_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                external_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Order"];
            };
        };
        responses: {
            /** @description As it is now; unchanged, its version stays */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredOrder"];
                };
            };
            /** @description It was not there and is made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredOrder"];
                };
            };
        };
    };
    get_orders_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row; its version is the ETag */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredOrder"];
                };
            };
        };
    };
    delete_orders_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_orders_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A merge patch (RFC 7396): only the fields to change; null clears */
        requestBody: {
            content: {
                "application/json": components["schemas"]["Order"];
                "application/merge-patch+json": components["schemas"]["Order"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredOrder"];
                };
            };
        };
    };
    get_phones: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
                /** @description Only those whose name begins with this, whatever the case */
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StoredPhone"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_phones: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Phone"];
            };
        };
        responses: {
            /** @description Made; Location and ETag say where and in which version */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredPhone"];
                };
            };
        };
    };
    get_phones_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row; its version is the ETag */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredPhone"];
                };
            };
        };
    };
    delete_phones_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_phones_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A merge patch (RFC 7396): only the fields to change; null clears */
        requestBody: {
            content: {
                "application/json": components["schemas"]["Phone"];
                "application/merge-patch+json": components["schemas"]["Phone"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredPhone"];
                };
            };
        };
    };
    get_products: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
                /** @description Only those whose name begins with this, whatever the case */
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StoredProduct"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_products: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Product"];
            };
        };
        responses: {
            /** @description Made; Location and ETag say where and in which version */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredProduct"];
                };
            };
        };
    };
    get_products_owned: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
                /** @description Only those with exactly this */
                customer_id?: string;
                /** @description Only those with exactly this */
                serial?: string;
                /** @description Only those with exactly this */
                external_id?: string;
                /** @description Only those with exactly this */
                product_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StoredProductOwned"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_products_owned: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProductOwned"];
            };
        };
        responses: {
            /** @description Made; Location and ETag say where and in which version */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredProductOwned"];
                };
            };
        };
    };
    put_products_owned_by_external_id_by_external_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                external_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProductOwned"];
            };
        };
        responses: {
            /** @description As it is now; unchanged, its version stays */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredProductOwned"];
                };
            };
            /** @description It was not there and is made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredProductOwned"];
                };
            };
        };
    };
    get_products_owned_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row; its version is the ETag */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredProductOwned"];
                };
            };
        };
    };
    delete_products_owned_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_products_owned_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A merge patch (RFC 7396): only the fields to change; null clears */
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProductOwned"];
                "application/merge-patch+json": components["schemas"]["ProductOwned"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredProductOwned"];
                };
            };
        };
    };
    put_products_by_external_id_by_external_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                external_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Product"];
            };
        };
        responses: {
            /** @description As it is now; unchanged, its version stays */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredProduct"];
                };
            };
            /** @description It was not there and is made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredProduct"];
                };
            };
        };
    };
    get_products_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row; its version is the ETag */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredProduct"];
                };
            };
        };
    };
    delete_products_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_products_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A merge patch (RFC 7396): only the fields to change; null clears */
        requestBody: {
            content: {
                "application/json": components["schemas"]["Product"];
                "application/merge-patch+json": components["schemas"]["Product"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredProduct"];
                };
            };
        };
    };
    get_queues: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
                /** @description Only those whose name begins with this, whatever the case */
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StoredQueue"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_queues: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Queue"];
            };
        };
        responses: {
            /** @description Made; Location and ETag say where and in which version */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredQueue"];
                };
            };
        };
    };
    get_queues_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row; its version is the ETag */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredQueue"];
                };
            };
        };
    };
    delete_queues_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_queues_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A merge patch (RFC 7396): only the fields to change; null clears */
        requestBody: {
            content: {
                "application/json": components["schemas"]["Queue"];
                "application/merge-patch+json": components["schemas"]["Queue"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredQueue"];
                };
            };
        };
    };
    get_queues_by_id_script: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its live version */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScriptVersion"];
                };
            };
        };
    };
    post_ratings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RatingByLink"];
            };
        };
        responses: {
            /** @description Thank you */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_reasons: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
                /** @description Only those whose name begins with this, whatever the case */
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StoredReason"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_reasons: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Reason"];
            };
        };
        responses: {
            /** @description Made; Location and ETag say where and in which version */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredReason"];
                };
            };
        };
    };
    get_reasons_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row; its version is the ETag */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredReason"];
                };
            };
        };
    };
    delete_reasons_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_reasons_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A merge patch (RFC 7396): only the fields to change; null clears */
        requestBody: {
            content: {
                "application/json": components["schemas"]["Reason"];
                "application/merge-patch+json": components["schemas"]["Reason"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredReason"];
                };
            };
        };
    };
    get_recordings_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The recording with its parts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordingView"];
                };
            };
        };
    };
    get_recordings_by_id_parts_by_part: {
        parameters: {
            query?: {
                /** @description true: to be saved under a name, not played */
                download?: string;
            };
            header?: {
                /** @description One range of bytes (RFC 9110 14.2); several are answered with the whole */
                Range?: string;
                /** @description The range only if the ETag is still this */
                "If-Range"?: string;
            };
            path: {
                id: string;
                part: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The whole part */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "audio/wav": string;
                };
            };
            /** @description The range asked for */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "audio/wav": string;
                };
            };
            /** @description Not changed since the ETag in If-None-Match */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_recordings_by_id_peaks: {
        parameters: {
            query?: {
                /** @description Number of a part; 1 when nothing is said */
                part?: string;
                /** @description How many columns: 10 to 4000; 1000 when nothing is said */
                width?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The loudness by column */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordingPeaks"];
                };
            };
            /** @description Not changed since the ETag in If-None-Match */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_reminders: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
                /** @description Only those with exactly this */
                owner?: string;
                /** @description Only those with exactly this */
                customer_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StoredReminder"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_reminders: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Reminder"];
            };
        };
        responses: {
            /** @description Made; Location and ETag say where and in which version */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredReminder"];
                };
            };
        };
    };
    get_reminders_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row; its version is the ETag */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredReminder"];
                };
            };
        };
    };
    delete_reminders_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_reminders_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A merge patch (RFC 7396): only the fields to change; null clears */
        requestBody: {
            content: {
                "application/json": components["schemas"]["Reminder"];
                "application/merge-patch+json": components["schemas"]["Reminder"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredReminder"];
                };
            };
        };
    };
    get_retention_policies: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
                /** @description Only those whose name begins with this, whatever the case */
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StoredRetentionPolicy"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_retention_policies: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RetentionPolicy"];
            };
        };
        responses: {
            /** @description Made; Location and ETag say where and in which version */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredRetentionPolicy"];
                };
            };
        };
    };
    get_retention_policies_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row; its version is the ETag */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredRetentionPolicy"];
                };
            };
        };
    };
    delete_retention_policies_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_retention_policies_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A merge patch (RFC 7396): only the fields to change; null clears */
        requestBody: {
            content: {
                "application/json": components["schemas"]["RetentionPolicy"];
                "application/merge-patch+json": components["schemas"]["RetentionPolicy"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredRetentionPolicy"];
                };
            };
        };
    };
    get_retention_policies_by_id_status: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its figures */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RetentionStatus"];
                };
            };
        };
    };
    post_rule_outcomes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewRuleOutcome"];
            };
        };
        responses: {
            /** @description Kept */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_rules: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
                /** @description Only those whose name begins with this, whatever the case */
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StoredRule"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_rules: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Rule"];
            };
        };
        responses: {
            /** @description Made; Location and ETag say where and in which version */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredRule"];
                };
            };
        };
    };
    post_rules_evaluate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RuleContact"];
            };
        };
        responses: {
            /** @description At most three reasons and three offers, each with why */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RuleAdvice"];
                };
            };
        };
    };
    get_rules_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row; its version is the ETag */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredRule"];
                };
            };
        };
    };
    delete_rules_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_rules_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A merge patch (RFC 7396): only the fields to change; null clears */
        requestBody: {
            content: {
                "application/json": components["schemas"]["Rule"];
                "application/merge-patch+json": components["schemas"]["Rule"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredRule"];
                };
            };
        };
    };
    get_rules_by_id_hit_rate: {
        parameters: {
            query?: {
                /** @description Microseconds since 1970; 30 days before `to` when nothing is said */
                from?: string;
                /** @description Microseconds since 1970, not included; now when nothing is said */
                to?: string;
                /** @description day, week (from Monday) or month, in UTC; day when nothing is said */
                period?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All together and by period */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RuleHitRate"];
                };
            };
        };
    };
    get_script_runs: {
        parameters: {
            query?: {
                /** @description The contact; must be given */
                interaction?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One's own; of everybody for who may read all interactions */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScriptRun"][];
                };
            };
        };
    };
    post_script_runs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StartScriptRun"];
            };
        };
        responses: {
            /** @description The run with the step it stands at */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScriptRun"];
                };
            };
        };
    };
    get_script_runs_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The run with the step it stands at; its version is the ETag */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScriptRun"];
                };
            };
        };
    };
    post_script_runs_by_id_answer: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ScriptAnswers"];
            };
        };
        responses: {
            /** @description The run with the step it has come to */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScriptRun"];
                };
            };
        };
    };
    post_script_runs_by_id_back: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The run with the step it has come to */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScriptRun"];
                };
            };
        };
    };
    get_scripts: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
                /** @description Only those whose name begins with this, whatever the case */
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StoredScript"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_scripts: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Script"];
            };
        };
        responses: {
            /** @description Made; Location and ETag say where and in which version */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredScript"];
                };
            };
        };
    };
    get_scripts_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row; its version is the ETag */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredScript"];
                };
            };
        };
    };
    delete_scripts_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_scripts_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A merge patch (RFC 7396): only the fields to change; null clears */
        requestBody: {
            content: {
                "application/json": components["schemas"]["Script"];
                "application/merge-patch+json": components["schemas"]["Script"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredScript"];
                };
            };
        };
    };
    get_scripts_by_id_versions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The versions */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScriptVersion"][];
                };
            };
        };
    };
    post_scripts_by_id_versions: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ScriptDocument"];
            };
        };
        responses: {
            /** @description Added */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScriptVersion"];
                };
            };
        };
    };
    get_scripts_by_id_versions_by_number: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The version with its document */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScriptVersion"];
                };
            };
        };
    };
    post_scripts_by_id_versions_by_number_publish: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is live */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScriptVersion"];
                };
            };
        };
    };
    get_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The person behind the cookie or token */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"];
                };
            };
        };
    };
    post_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignIn"];
            };
        };
        responses: {
            /** @description Signed in */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"];
                };
            };
        };
    };
    delete_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Signed out; the cookie is void */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    post_session_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordChange"];
            };
        };
        responses: {
            /** @description Changed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"];
                };
            };
        };
    };
    get_sip_refused: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Since the start, and the last of each */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refused"];
                };
            };
        };
    };
    get_sites: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
                /** @description Only those whose name begins with this, whatever the case */
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StoredSite"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_sites: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Site"];
            };
        };
        responses: {
            /** @description Made; Location and ETag say where and in which version */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredSite"];
                };
            };
        };
    };
    get_sites_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row; its version is the ETag */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredSite"];
                };
            };
        };
    };
    delete_sites_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_sites_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A merge patch (RFC 7396): only the fields to change; null clears */
        requestBody: {
            content: {
                "application/json": components["schemas"]["Site"];
                "application/merge-patch+json": components["schemas"]["Site"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredSite"];
                };
            };
        };
    };
    get_skills: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
                /** @description Only those whose name begins with this, whatever the case */
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StoredSkill"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_skills: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Skill"];
            };
        };
        responses: {
            /** @description Made; Location and ETag say where and in which version */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredSkill"];
                };
            };
        };
    };
    get_skills_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row; its version is the ETag */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredSkill"];
                };
            };
        };
    };
    delete_skills_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_skills_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A merge patch (RFC 7396): only the fields to change; null clears */
        requestBody: {
            content: {
                "application/json": components["schemas"]["Skill"];
                "application/merge-patch+json": components["schemas"]["Skill"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredSkill"];
                };
            };
        };
    };
    get_sla_policies: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
                /** @description Only those whose name begins with this, whatever the case */
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StoredSlaPolicy"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_sla_policies: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SlaPolicy"];
            };
        };
        responses: {
            /** @description Made; Location and ETag say where and in which version */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredSlaPolicy"];
                };
            };
        };
    };
    get_sla_policies_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row; its version is the ETag */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredSlaPolicy"];
                };
            };
        };
    };
    delete_sla_policies_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_sla_policies_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A merge patch (RFC 7396): only the fields to change; null clears */
        requestBody: {
            content: {
                "application/json": components["schemas"]["SlaPolicy"];
                "application/merge-patch+json": components["schemas"]["SlaPolicy"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredSlaPolicy"];
                };
            };
        };
    };
    get_statistics_agents: {
        parameters: {
            query?: {
                /** @description Begun at or after: RFC 3339, or microseconds since 1970; by default a day before `to` */
                from?: string;
                /** @description Before, in the same forms; by default now. At most 31 days after `from` */
                to?: string;
                /** @description Id of an agent; left out: all who did anything */
                agent?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description By agent */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentStatistics"];
                };
            };
        };
    };
    get_statistics_intervals: {
        parameters: {
            query?: {
                /** @description Intervals that begin at or after: RFC 3339, or microseconds since 1970; by default a day before `to` */
                from?: string;
                /** @description Before, in the same forms; by default now. At most 92 days after `from` */
                to?: string;
                /** @description Id of a queue; left out: all */
                queue?: string;
                /** @description total: all queues together */
                by?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description By time, then queue; at most 10,000 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Intervals"];
                };
            };
        };
    };
    get_status: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Without a login, and with one */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerStatus"];
                };
            };
        };
    };
    get_tasks: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
                /** @description Only those with exactly this */
                owner?: string;
                /** @description Only those with exactly this */
                customer_id?: string;
                /** @description Only those with exactly this */
                ticket_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StoredTask"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_tasks: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Task"];
            };
        };
        responses: {
            /** @description Made; Location and ETag say where and in which version */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredTask"];
                };
            };
        };
    };
    get_tasks_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row; its version is the ETag */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredTask"];
                };
            };
        };
    };
    delete_tasks_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_tasks_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A merge patch (RFC 7396): only the fields to change; null clears */
        requestBody: {
            content: {
                "application/json": components["schemas"]["Task"];
                "application/merge-patch+json": components["schemas"]["Task"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredTask"];
                };
            };
        };
    };
    get_teams: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
                /** @description Only those whose name begins with this, whatever the case */
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StoredTeam"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_teams: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Team"];
            };
        };
        responses: {
            /** @description Made; Location and ETag say where and in which version */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredTeam"];
                };
            };
        };
    };
    get_teams_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row; its version is the ETag */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredTeam"];
                };
            };
        };
    };
    delete_teams_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_teams_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A merge patch (RFC 7396): only the fields to change; null clears */
        requestBody: {
            content: {
                "application/json": components["schemas"]["Team"];
                "application/merge-patch+json": components["schemas"]["Team"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredTeam"];
                };
            };
        };
    };
    get_ticket_rules: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
                /** @description Only those whose name begins with this, whatever the case */
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StoredTicketRule"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_ticket_rules: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TicketRule"];
            };
        };
        responses: {
            /** @description Made; Location and ETag say where and in which version */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredTicketRule"];
                };
            };
        };
    };
    get_ticket_rules_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row; its version is the ETag */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredTicketRule"];
                };
            };
        };
    };
    delete_ticket_rules_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_ticket_rules_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A merge patch (RFC 7396): only the fields to change; null clears */
        requestBody: {
            content: {
                "application/json": components["schemas"]["TicketRule"];
                "application/merge-patch+json": components["schemas"]["TicketRule"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredTicketRule"];
                };
            };
        };
    };
    get_ticket_templates: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
                /** @description Only those whose name begins with this, whatever the case */
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StoredTicketTemplate"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_ticket_templates: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TicketTemplate"];
            };
        };
        responses: {
            /** @description Made; Location and ETag say where and in which version */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredTicketTemplate"];
                };
            };
        };
    };
    get_ticket_templates_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row; its version is the ETag */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredTicketTemplate"];
                };
            };
        };
    };
    delete_ticket_templates_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_ticket_templates_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A merge patch (RFC 7396): only the fields to change; null clears */
        requestBody: {
            content: {
                "application/json": components["schemas"]["TicketTemplate"];
                "application/merge-patch+json": components["schemas"]["TicketTemplate"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredTicketTemplate"];
                };
            };
        };
    };
    get_ticket_triggers: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
                /** @description Only those whose name begins with this, whatever the case */
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StoredTicketTrigger"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_ticket_triggers: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TicketTrigger"];
            };
        };
        responses: {
            /** @description Made; Location and ETag say where and in which version */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredTicketTrigger"];
                };
            };
        };
    };
    get_ticket_triggers_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row; its version is the ETag */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredTicketTrigger"];
                };
            };
        };
    };
    delete_ticket_triggers_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_ticket_triggers_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A merge patch (RFC 7396): only the fields to change; null clears */
        requestBody: {
            content: {
                "application/json": components["schemas"]["TicketTrigger"];
                "application/merge-patch+json": components["schemas"]["TicketTrigger"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredTicketTrigger"];
                };
            };
        };
    };
    get_ticket_types: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
                /** @description Only those whose name begins with this, whatever the case */
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StoredTicketType"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_ticket_types: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TicketType"];
            };
        };
        responses: {
            /** @description Made; Location and ETag say where and in which version */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredTicketType"];
                };
            };
        };
    };
    get_ticket_types_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row; its version is the ETag */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredTicketType"];
                };
            };
        };
    };
    delete_ticket_types_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_ticket_types_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A merge patch (RFC 7396): only the fields to change; null clears */
        requestBody: {
            content: {
                "application/json": components["schemas"]["TicketType"];
                "application/merge-patch+json": components["schemas"]["TicketType"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredTicketType"];
                };
            };
        };
    };
    get_tickets: {
        parameters: {
            query?: {
                /** @description A number, with or without #, or the beginning of a title */
                search?: string;
                /** @description new, open, pending, on_hold, resolved, closed */
                status?: string;
                /** @description true: neither resolved nor closed */
                live?: string;
                /** @description Id of a person */
                assignee?: string;
                /** @description Id of a team */
                team?: string;
                /** @description Id of a queue */
                queue?: string;
                /** @description Id of a ticket type */
                type?: string;
                /** @description low, normal, high, urgent */
                priority?: string;
                /** @description A tag, whatever its case */
                tag?: string;
                /** @description true: a promised time was broken */
                breached?: string;
                /** @description Live and promised before: RFC 3339, or microseconds since 1970 */
                due_before?: string;
                /** @description Changed at or after, in the same forms */
                updated_since?: string;
                /** @description Id of a person who watches it */
                watcher?: string;
                /** @description Id of an interaction linked */
                interaction?: string;
                /** @description Id of the ticket it is below */
                parent?: string;
                /** @description Id of any customer linked */
                customer?: string;
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["TicketRow"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_tickets: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Ticket"];
            };
        };
        responses: {
            /** @description Made; Location and ETag say where and in which version */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketRow"];
                };
            };
        };
    };
    put_tickets_by_external_id_by_external_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                external_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Ticket"];
            };
        };
        responses: {
            /** @description As it is now; unchanged, its version stays */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketRow"];
                };
            };
            /** @description It was not there and is made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketRow"];
                };
            };
        };
    };
    get_tickets_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The ticket; its version is the ETag */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketDetail"];
                };
            };
        };
    };
    patch_tickets_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A merge patch (RFC 7396): only the fields to change; null clears */
        requestBody: {
            content: {
                "application/json": components["schemas"]["Ticket"];
                "application/merge-patch+json": components["schemas"]["Ticket"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketRow"];
                };
            };
        };
    };
    post_tickets_by_id_assign: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TicketAssign"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketRow"];
                };
            };
        };
    };
    get_tickets_by_id_attachments: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description At most 50 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Attachment"][];
                };
            };
        };
    };
    post_tickets_by_id_attachments: {
        parameters: {
            query?: never;
            header: {
                /** @description Its name, percent-encoded UTF-8 (RFC 3986 2.1) */
                "File-Name": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description The file */
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description Attached; Location says where */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Attachment"];
                };
            };
        };
    };
    get_tickets_by_id_attachments_by_attachment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                attachment: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file, to be saved */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
        };
    };
    delete_tickets_by_id_attachments_by_attachment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                attachment: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_tickets_by_id_comments: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["TicketComment"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_tickets_by_id_comments: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewComment"];
            };
        };
        responses: {
            /** @description Said */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketComment"];
                };
            };
        };
    };
    get_tickets_by_id_complaint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its steps, and what may be next */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Complaint"];
                };
            };
        };
    };
    post_tickets_by_id_complaint_answer: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ComplaintAnswer"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketRow"];
                };
            };
        };
    };
    post_tickets_by_id_complaint_assign: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ComplaintAssign"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketRow"];
                };
            };
        };
    };
    post_tickets_by_id_complaint_evaluation: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ComplaintEvaluation"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketRow"];
                };
            };
        };
    };
    post_tickets_by_id_complaint_follow_up: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ComplaintFollowUp"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketRow"];
                };
            };
        };
    };
    post_tickets_by_id_complaint_schedule: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ComplaintSchedule"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketRow"];
                };
            };
        };
    };
    put_tickets_by_id_customers: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TicketCustomers"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketRow"];
                };
            };
        };
    };
    get_tickets_by_id_history: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its statuses, and the triggers that did their work */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketHistory"];
                };
            };
        };
    };
    post_tickets_by_id_interactions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LinkedInteraction"];
            };
        };
        responses: {
            /** @description It is linked */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    delete_tickets_by_id_interactions_by_interaction: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                interaction: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is not linked */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_tickets_by_id_merge: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What goes back, and what stands in the way */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketMerge"];
                };
            };
        };
    };
    post_tickets_by_id_merge: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MergeInto"];
            };
        };
        responses: {
            /** @description The ticket that goes on */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketRow"];
                };
            };
        };
    };
    post_tickets_by_id_rating: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TicketRating"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketRow"];
                };
            };
        };
    };
    post_tickets_by_id_rating_link: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The token */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RatingLink"];
                };
            };
        };
    };
    get_tickets_by_id_service_order_pdf: {
        parameters: {
            query?: {
                /** @description `a4` or `letter`; a4 when nothing is said */
                paper?: string;
                /** @description Of the labels: en or zh; the customer's when nothing is said */
                language?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The order */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/pdf": string;
                };
            };
        };
    };
    post_tickets_by_id_status: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TicketStatusTo"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketRow"];
                };
            };
        };
    };
    get_tickets_by_id_texts_by_template: {
        parameters: {
            query?: {
                /** @description `text`, or `html` with everything escaped; text when nothing is said */
                as?: string;
            };
            header?: never;
            path: {
                id: string;
                template: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Title and text */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketText"];
                };
            };
        };
    };
    post_tickets_by_id_unmerge: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The ticket as it stands again */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketRow"];
                };
            };
        };
    };
    post_tickets_by_id_watchers: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TicketWatcher"];
            };
        };
        responses: {
            /** @description They watch it */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    delete_tickets_by_id_watchers_by_user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They do not watch it */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_trunks: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
                /** @description Only those whose name begins with this, whatever the case */
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StoredTrunk"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_trunks: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Trunk"];
            };
        };
        responses: {
            /** @description Made; Location and ETag say where and in which version */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredTrunk"];
                };
            };
        };
    };
    get_trunks_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row; its version is the ETag */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredTrunk"];
                };
            };
        };
    };
    delete_trunks_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_trunks_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A merge patch (RFC 7396): only the fields to change; null clears */
        requestBody: {
            content: {
                "application/json": components["schemas"]["Trunk"];
                "application/merge-patch+json": components["schemas"]["Trunk"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredTrunk"];
                };
            };
        };
    };
    get_trunks_by_id_sip: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The messages */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SipLadder"];
                };
            };
        };
    };
    get_trunks_by_id_status: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How it does */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Status"];
                };
            };
        };
    };
    get_users: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
                /** @description Only those whose name begins with this, whatever the case */
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StoredUser"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_users: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["User"];
            };
        };
        responses: {
            /** @description Made; Location and ETag say where and in which version */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredUser"];
                };
            };
        };
    };
    get_users_names: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
                /** @description Only those whose name begins with this, whatever the case */
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["UserName"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    get_users_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row; its version is the ETag */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredUser"];
                };
            };
        };
    };
    delete_users_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_users_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A merge patch (RFC 7396): only the fields to change; null clears */
        requestBody: {
            content: {
                "application/json": components["schemas"]["User"];
                "application/merge-patch+json": components["schemas"]["User"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredUser"];
                };
            };
        };
    };
    post_users_by_id_presence: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPresence"];
            };
        };
        responses: {
            /** @description Done, or pending */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_webhooks: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
                /** @description Only those whose name begins with this, whatever the case */
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StoredWebhook"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_webhooks: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Webhook"];
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewWebhook"];
                };
            };
        };
    };
    get_webhooks_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row; its version is the ETag */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredWebhook"];
                };
            };
        };
    };
    delete_webhooks_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_webhooks_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A merge patch (RFC 7396): only the fields to change; null clears */
        requestBody: {
            content: {
                "application/json": components["schemas"]["Webhook"];
                "application/merge-patch+json": components["schemas"]["Webhook"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredWebhook"];
                };
            };
        };
    };
    get_webhooks_by_id_deliveries: {
        parameters: {
            query?: {
                /** @description pending, delivered or failed */
                state?: string;
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["DeliveryView"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_webhooks_by_id_deliveries_by_delivery_replay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                delivery: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is on its way */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Replayed"];
                };
            };
        };
    };
    post_webhooks_by_id_replay: {
        parameters: {
            query?: {
                /** @description RFC 3339, or microseconds since 1970 */
                since?: string;
                /** @description The `next` of the answer before */
                after?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They are on their way */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Replayed"];
                };
            };
        };
    };
    post_webhooks_by_id_secret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The new secret; it is not shown again */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewSecret"];
                };
            };
        };
    };
    get_webhooks_by_id_status: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Since when it fails, and what waits */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookStatus"];
                };
            };
        };
    };
    post_webhooks_by_id_test: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is on its way */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Replayed"];
                };
            };
        };
    };
    get_wrap_up_codes: {
        parameters: {
            query?: {
                /** @description The `next` of the page before */
                cursor?: string;
                /** @description 1 to 500; 50 when nothing is said */
                limit?: string;
                /** @description Only those whose name begins with this, whatever the case */
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StoredWrapUpCode"][];
                        /** @description Give it back as `cursor` to get what follows; null: this was the last page */
                        next: string | null;
                    };
                };
            };
        };
    };
    post_wrap_up_codes: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body within a day: done once, the first answer again */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WrapUpCode"];
            };
        };
        responses: {
            /** @description Made; Location and ETag say where and in which version */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredWrapUpCode"];
                };
            };
        };
    };
    get_wrap_up_codes_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row; its version is the ETag */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredWrapUpCode"];
                };
            };
        };
    };
    delete_wrap_up_codes_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_wrap_up_codes_by_id: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A merge patch (RFC 7396): only the fields to change; null clears */
        requestBody: {
            content: {
                "application/json": components["schemas"]["WrapUpCode"];
                "application/merge-patch+json": components["schemas"]["WrapUpCode"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredWrapUpCode"];
                };
            };
        };
    };
    get_health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It does */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    get_metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The figures */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain; version=0.0.4": string;
                };
            };
        };
    };
    get_rate_by_token: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
        };
    };
    post_rate_by_token: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": components["schemas"]["RatingForm"];
            };
        };
        responses: {
            /** @description A page: thank you */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
        };
    };
    get_ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It should */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
        };
    };
    get_status_page: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
        };
    };
}
