package dev.kindling.data.tokenizer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Reads and writes Hugging Face {@code tokenizer.json}. A file with a part that is not known is
 * refused, because ignoring it would give other ids than its author's.
 */
public final class TokenizerFile {
  /** The file's name inside a tokenizer directory. */
  public static final String NAME = "tokenizer.json";

  /** A larger file is not read: the largest vocabularies in use take a tenth of this. */
  private static final long MAX_BYTES = 256L << 20;

  private static final ObjectMapper MAPPER =
      new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private static final ObjectWriter WRITER =
      MAPPER.writer(new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")));

  private TokenizerFile() {}

  /**
   * Loads a tokenizer from a directory that holds {@value #NAME}, or from the file itself.
   *
   * @throws InvalidInputException if there is none, or it is of a kind that is not known
   */
  public static Tokenizer load(Configuration hadoop, Path path) {
    return parse(readBytes(hadoop, path));
  }

  /**
   * The bytes of a {@value #NAME}, given the file or its directory.
   *
   * @throws InvalidInputException if there is no such file
   */
  public static byte[] readBytes(Configuration hadoop, Path path) {
    try {
      FileSystem fs = path.getFileSystem(hadoop);
      Path file = fs.getFileStatus(path).isDirectory() ? new Path(path, NAME) : path;
      FileStatus status = fs.getFileStatus(file);
      if (status.getLen() > MAX_BYTES) {
        throw new InvalidInputException(
            file + " has " + status.getLen() + " bytes",
            "a " + NAME + " of at most " + MAX_BYTES + " bytes",
            "check the path");
      }
      try (InputStream in = fs.open(file)) {
        return in.readAllBytes();
      }
    } catch (IOException e) {
      throw new InvalidInputException(
          path + " cannot be read: " + e.getMessage(),
          "a " + NAME + ", or a directory that holds one",
          "check the path, or learn a tokenizer with `kindling tokenizer`",
          e);
    }
  }

  /**
   * Parses the bytes of a {@code tokenizer.json}.
   *
   * @throws InvalidInputException if they are anything else, or of a kind that is not known
   */
  public static Tokenizer parse(byte[] json) {
    JsonNode root = readTree(json);
    if (!root.isObject()) {
      throw JsonFields.wrong("the file holds no JSON object", "a Hugging Face tokenizer");
    }
    JsonFields.requireNothing(root, "truncation");
    JsonFields.requireNothing(root, "padding");
    String type =
        JsonFields.type(
            JsonFields.object(root, "model"),
            "model",
            Set.of(
                ByteLevelBpeFormat.MODEL_TYPE,
                CharacterFormat.MODEL_TYPE,
                UnigramFormat.MODEL_TYPE,
                WordPieceFormat.MODEL_TYPE));
    if (type.equals(UnigramFormat.MODEL_TYPE)) {
      return UnigramFormat.read(root);
    }
    if (type.equals(WordPieceFormat.MODEL_TYPE)) {
      return WordPieceFormat.read(root);
    }
    JsonFields.requireNothing(root, "normalizer");
    return type.equals(ByteLevelBpeFormat.MODEL_TYPE)
        ? ByteLevelBpeFormat.read(root)
        : CharacterFormat.read(root);
  }

  /** The bytes of the tokenizer's {@code tokenizer.json}: equal tokenizers give equal bytes. */
  public static byte[] toJson(Tokenizer tokenizer) {
    ObjectNode root = MAPPER.createObjectNode().put("version", "1.0");
    root.putNull("truncation").putNull("padding");
    if (tokenizer instanceof ByteLevelBpe bpe) {
      Vocabulary.writeSpecialTokens(root.putArray("added_tokens"), bpe.specialTokens());
      ByteLevelBpeFormat.write(bpe, root);
    } else if (tokenizer instanceof CharacterTokenizer characters) {
      Vocabulary.writeSpecialTokens(root.putArray("added_tokens"), characters.specialTokens());
      CharacterFormat.write(characters, root);
    } else if (tokenizer instanceof UnigramTokenizer unigram) {
      Vocabulary.writeSpecialTokens(root.putArray("added_tokens"), unigram.specialTokens());
      UnigramFormat.write(unigram, root);
    } else if (tokenizer instanceof WordPieceTokenizer wordPiece) {
      Vocabulary.writeSpecialTokens(root.putArray("added_tokens"), wordPiece.specialTokens());
      WordPieceFormat.write(wordPiece, root);
    }
    try {
      return (WRITER.writeValueAsString(root) + "\n").getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("a tree can always be written", e);
    }
  }

  private static JsonNode readTree(byte[] json) {
    try {
      return MAPPER.readTree(json);
    } catch (IOException e) {
      throw new InvalidInputException(
          NAME + " is not JSON: " + e.getMessage().lines().findFirst().orElse(""),
          "a Hugging Face tokenizer",
          "check the path, or restore the file",
          e);
    }
  }
}
