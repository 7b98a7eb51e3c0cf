package io.clustermesh.cli.kube.manifests;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A template in the part of Helm's language that the chart uses:
 *
 * <pre>
 * {{ .Values.a.b }}   {{ .Release.Namespace }}        a text, a number, true or false
 * {{ .Values.a | toJson }}   {{ .Values.a | quote }}  also one after the other
 * {{- if .Values.a }} … {{- else }} … {{- end }}      Go's truth: not false, 0, "", null, [] or {}
 * {{- if not .Values.a }}   {{- if eq .Values.a "text" }}
 * {{- … -}}                                           takes the white space on that side away
 * </pre>
 *
 * <p>Anything else is refused when the template is read. Immutable; any thread.
 */
final class Template {

    private static final Pattern ACTION = Pattern.compile("\\{\\{(- )?(.*?)( -)?\\}\\}", Pattern.DOTALL);
    private static final Pattern TRAILING = Pattern.compile("[ \\t\\r\\n]+$");
    private static final Pattern LEADING = Pattern.compile("^[ \\t\\r\\n]+");

    private final List<Part> parts;

    private Template(List<Part> parts) {
        this.parts = List.copyOf(parts);
    }

    /** A piece of a template. */
    private sealed interface Part {

        void render(JsonNode root, StringBuilder out);

        record Text(String text) implements Part {
            @Override
            public void render(JsonNode root, StringBuilder out) {
                out.append(text);
            }
        }

        record Print(Expression expression) implements Part {
            @Override
            public void render(JsonNode root, StringBuilder out) {
                out.append(expression.text(root));
            }
        }

        record Choice(Condition condition, List<Part> then, List<Part> otherwise) implements Part {
            @Override
            public void render(JsonNode root, StringBuilder out) {
                (condition.holds(root) ? then : otherwise).forEach(part -> part.render(root, out));
            }
        }
    }

    /** An {@code if} whose end has not been read yet. */
    private static final class Open {
        private final Condition condition;
        private final int line;
        private final List<Part> then = new ArrayList<>();
        private final List<Part> otherwise = new ArrayList<>();
        private boolean inElse;

        Open(Condition condition, int line) {
            this.condition = condition;
            this.line = line;
        }

        List<Part> current() {
            return inElse ? otherwise : then;
        }
    }

    /** @throws TemplateException for what this language does not have */
    static Template parse(String name, String text) {
        List<Part> top = new ArrayList<>();
        Deque<Open> open = new ArrayDeque<>();
        Matcher action = ACTION.matcher(text);
        int end = 0;
        boolean trimmed = false;
        while (action.find()) {
            String before = text.substring(end, action.start());
            before = trimmed ? LEADING.matcher(before).replaceFirst("") : before;
            before = action.group(1) == null ? before : TRAILING.matcher(before).replaceFirst("");
            into(top, open).add(new Part.Text(before));
            trimmed = action.group(3) != null;
            end = action.end();
            int line = 1
                    + (int) text.substring(0, action.start())
                            .chars()
                            .filter(c -> c == '\n')
                            .count();
            act(action.group(2).strip(), new Place(name, line), top, open);
        }
        String rest = text.substring(end);
        into(top, open).add(new Part.Text(trimmed ? LEADING.matcher(rest).replaceFirst("") : rest));
        if (!open.isEmpty()) {
            throw new TemplateException(name, open.element().line, "this if has no end; write {{- end }}");
        }
        return new Template(top);
    }

    /** Where an action stands, for messages. */
    record Place(String template, int line) {
        TemplateException refuse(String rule) {
            return new TemplateException(template, line, rule);
        }
    }

    private static void act(String action, Place place, List<Part> top, Deque<Open> open) {
        if (action.startsWith("if ")) {
            open.push(new Open(Condition.parse(action.substring(3).strip(), place), place.line()));
        } else if (action.equals("else") && !open.isEmpty() && !open.element().inElse) {
            open.element().inElse = true;
        } else if (action.equals("end") && !open.isEmpty()) {
            Open done = open.pop();
            into(top, open).add(new Part.Choice(done.condition, List.copyOf(done.then), List.copyOf(done.otherwise)));
        } else if (action.equals("else") || action.equals("end")) {
            throw place.refuse("\"%s\" belongs to no if; remove it".formatted(action));
        } else {
            into(top, open).add(new Part.Print(Expression.parse(action, place)));
        }
    }

    private static List<Part> into(List<Part> top, Deque<Open> open) {
        return open.isEmpty() ? top : open.element().current();
    }

    /**
     * The text for these values.
     *
     * @param root {@code Values}, {@code Release} and {@code Chart}
     * @throws TemplateException for a value that is missing, or no text
     */
    String render(JsonNode root) {
        StringBuilder out = new StringBuilder();
        parts.forEach(part -> part.render(root, out));
        return out.toString();
    }
}
