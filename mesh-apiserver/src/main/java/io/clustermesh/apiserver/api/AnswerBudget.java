package io.clustermesh.apiserver.api;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/**
 * How many bytes of answers may be on their way: to one connection, and to all together. An answer that would be too
 * much waits until earlier ones are sent, in the order of the questions; while it waits it is a question, not bytes.
 *
 * <p>An answer larger than a connection's share is sent when nothing else is under way there. Any thread.
 */
final class AnswerBudget {

    private final Limits limits;
    private final Map<Object, Account> accounts = new HashMap<>();
    private final Deque<Account> queue = new ArrayDeque<>();
    private long total;

    /**
     * @param connection bytes to one connection
     * @param total bytes to all
     * @param waiting answers of one connection that may wait
     */
    record Limits(long connection, long total, int waiting) {
        Limits {
            if (connection < 1 || total < connection || waiting < 0) {
                throw new IllegalArgumentException(
                        "answers of %d bytes to a connection, %d to all, %d waiting: needs 1 <= connection <= total and waiting >= 0"
                                .formatted(connection, total, waiting));
            }
        }
    }

    /** What becomes of an answer. */
    enum Admission {
        /** Send it now; {@link #sent} must follow. */
        NOW,
        /** {@code again} will be run; the question must then be put once more. */
        LATER,
        /** Never: larger than everything together may be. */
        TOO_LARGE,
        /** Its connection has too many waiting. */
        TOO_MANY
    }

    private record Waiting(long bytes, Executor on, Runnable again) {}

    private static final class Account {
        private final Deque<Waiting> waiting = new ArrayDeque<>();
        private long bytes;
        /** One that was told to put its question again, and has not yet. */
        private boolean recalled;

        private boolean queued;
    }

    AnswerBudget(Limits limits) {
        this.limits = limits;
    }

    /**
     * @param recalled this is the question put again
     * @param again runs on {@code on} when there may be room
     */
    Admission admit(Object connection, long bytes, boolean recalled, Executor on, Runnable again) {
        Admission admission = judge(connection, bytes, recalled, on, again);
        if (recalled && admission != Admission.LATER) {
            // the next in line may fit as well
            passedOver(connection);
        }
        return admission;
    }

    private synchronized Admission judge(Object connection, long bytes, boolean recalled, Executor on, Runnable again) {
        if (bytes > limits.total()) {
            return Admission.TOO_LARGE;
        }
        Account account = accounts.computeIfAbsent(connection, _ -> new Account());
        boolean first = recalled || (account.waiting.isEmpty() && !account.recalled);
        if (first && fits(account, bytes)) {
            account.recalled = false;
            account.bytes += bytes;
            total += bytes;
            enqueue(account);
            return Admission.NOW;
        }
        if (recalled) {
            account.recalled = false;
            account.waiting.addFirst(new Waiting(bytes, on, again));
        } else if (account.waiting.size() >= limits.waiting()) {
            return Admission.TOO_MANY;
        } else {
            account.waiting.addLast(new Waiting(bytes, on, again));
        }
        enqueue(account);
        return Admission.LATER;
    }

    private boolean fits(Account account, long bytes) {
        boolean share = account.bytes == 0 || account.bytes + bytes <= limits.connection();
        return share && (total == 0 || total + bytes <= limits.total());
    }

    private void enqueue(Account account) {
        if (!account.queued && !account.waiting.isEmpty()) {
            account.queued = true;
            queue.addLast(account);
        }
    }

    /** An answer has left, or its client has. */
    void sent(Object connection, long bytes) {
        List<Waiting> next = new ArrayList<>();
        synchronized (this) {
            total -= bytes;
            Account account = accounts.get(connection);
            if (account != null) {
                account.bytes -= bytes;
                forgetIfIdle(connection, account);
            }
            recall(next);
        }
        next.forEach(waiting -> waiting.on().execute(waiting.again()));
    }

    /** A recalled question has been answered, or will not be put again: its client has left, or it was refused. */
    void passedOver(Object connection) {
        List<Waiting> next = new ArrayList<>();
        synchronized (this) {
            Account account = accounts.get(connection);
            if (account != null) {
                account.recalled = false;
                enqueue(account);
                forgetIfIdle(connection, account);
            }
            recall(next);
        }
        next.forEach(waiting -> waiting.on().execute(waiting.again()));
    }

    /** The first question of each connection that has one waiting may try again. */
    private void recall(List<Waiting> next) {
        for (int turn = queue.size(); turn > 0; turn--) {
            Account account = queue.removeFirst();
            account.queued = false;
            Waiting first = account.waiting.peekFirst();
            if (first != null && !account.recalled && fits(account, first.bytes())) {
                account.recalled = true;
                next.add(account.waiting.removeFirst());
            } else {
                enqueue(account);
            }
        }
    }

    private void forgetIfIdle(Object connection, Account account) {
        if (account.bytes == 0 && account.waiting.isEmpty() && !account.recalled) {
            accounts.remove(connection);
        }
    }

    /** Bytes on their way now. */
    synchronized long inFlight() {
        return total;
    }

    synchronized int connections() {
        return accounts.size();
    }
}
