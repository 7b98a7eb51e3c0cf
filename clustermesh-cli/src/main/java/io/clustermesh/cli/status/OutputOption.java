package io.clustermesh.cli.status;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.clustermesh.cli.console.Console;
import io.clustermesh.store.admin.AdminJson;
import picocli.CommandLine.Option;

/** For people or for programs. */
final class OutputOption {

    /** The forms there are. */
    enum Form {
        TABLE,
        JSON
    }

    @Option(
            names = {"-o", "--output"},
            paramLabel = "table|json",
            defaultValue = "table",
            description = "Form of the result (default: ${DEFAULT-VALUE}).")
    private Form form = Form.TABLE;

    boolean json() {
        return form == Form.JSON;
    }

    /** Prints {@code value}, a tree of maps, lists and JSON nodes. */
    static void print(Console console, Object value) {
        try {
            console.result(AdminJson.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(value));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the result has no JSON form", e);
        }
    }
}
