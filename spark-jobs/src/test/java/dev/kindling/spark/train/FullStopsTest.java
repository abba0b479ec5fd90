package dev.kindling.spark.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.data.tokenizer.Tokenizer;
import dev.kindling.data.tokenizer.TokenizerFile;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class FullStopsTest {
  @Test
  void theyAreTheTokensThatEndASentenceAndTheEndOfText() {
    String json =
        """
        {"version": "1.0", "truncation": null, "padding": null,
         "added_tokens": [{"id": 8, "content": "<|endoftext|>", "single_word": false,
                           "lstrip": false, "rstrip": false, "normalized": false,
                           "special": true}],
         "normalizer": null,
         "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "[\\\\s\\\\S]"},
                           "behavior": "Isolated", "invert": false},
         "post_processor": null, "decoder": {"type": "Fuse"},
         "model": {"type": "WordLevel", "unk_token": "<unk>",
                   "vocab": {"a": 0, ".": 1, ",": 2, "!": 3, "?": 4, "\u3002": 5, "\uFF01": 6,
                             "\uFF1F": 7, "<|endoftext|>": 8}}}
        """;
    Tokenizer tokenizer = TokenizerFile.parse(json.getBytes(StandardCharsets.UTF_8));

    assertThat(FullStops.of(tokenizer)).containsExactly(1, 3, 4, 5, 6, 7, 8);
  }
}
