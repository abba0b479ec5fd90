package dev.kindling.spark.wordvectors;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.manifest.OutputDirectory;
import dev.kindling.model.io.Safetensors;
import dev.kindling.model.io.SafetensorsDType;
import dev.kindling.model.io.SafetensorsHeader;
import dev.kindling.model.io.TensorSpec;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Word vectors on disk: a directory of three files and a manifest, or a file of text. */
public final class WordVectorsDirectory {
  /** The manifest's kind. */
  public static final String KIND = "word-vectors";

  static final String VECTORS = "vectors.safetensors";
  static final String WORDS = "words.json";
  static final String TEXT = "vectors.txt";

  private static final String TENSOR = "vectors";
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private WordVectorsDirectory() {}

  /** Writes the three files. */
  static void write(Configuration hadoop, OutputDirectory directory, WordVectors vectors)
      throws IOException {
    FileSystem fs = directory.path().getFileSystem(hadoop);
    TensorSpec tensor =
        new TensorSpec(
            TENSOR,
            SafetensorsDType.F32,
            List.of((long) vectors.words().size(), (long) vectors.size()));
    try (OutputStream out =
        Safetensors.newOutputStream(
            fs.create(directory.resolve(VECTORS), true), Map.of(), List.of(tensor))) {
      ByteBuffer row =
          ByteBuffer.allocate(vectors.size() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < vectors.words().size(); i++) {
        row.asFloatBuffer().put(vectors.vector(i));
        out.write(row.array());
      }
    }
    try (JsonGenerator json =
        new JsonFactory()
            .createGenerator(
                (OutputStream) fs.create(directory.resolve(WORDS), true), JsonEncoding.UTF8)
            .useDefaultPrettyPrinter()) {
      json.writeStartArray();
      for (WordCount word : vectors.words()) {
        json.writeStartObject();
        json.writeStringField("word", word.word());
        json.writeNumberField("count", word.count());
        json.writeEndObject();
      }
      json.writeEndArray();
    }
    try (OutputStream out = new BufferedOutputStream(fs.create(directory.resolve(TEXT), true))) {
      WordVectorsText.write(vectors, out);
    }
  }

  /**
   * Reads vectors.
   *
   * @param path a directory that {@code kindling word2vec} wrote, or a file in the text format of
   *     word2vec or GloVe
   * @throws InvalidInputException if it is neither, or damaged: every file that is read is compared
   *     with its SHA-256
   */
  public static WordVectors read(Configuration hadoop, Path path) {
    try {
      FileSystem fs = path.getFileSystem(hadoop);
      if (fs.exists(path) && fs.getFileStatus(path).isFile()) {
        try (InputStream in = fs.open(path)) {
          return WordVectorsText.read(path.toString(), in);
        }
      }
      Manifest manifest = Manifest.require(hadoop, path, KIND);
      for (Manifest.Entry entry : manifest.files()) {
        if (!entry.path().equals(TEXT)) {
          Manifest.verify(hadoop, path, entry);
        }
      }
      List<WordCount> words = readWords(fs, new Path(path, WORDS));
      return readVectors(fs, new Path(path, VECTORS), words);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the word vectors of " + path, e);
    }
  }

  private static List<WordCount> readWords(FileSystem fs, Path path) throws IOException {
    JsonNode root;
    try (InputStream in = fs.open(path)) {
      root = MAPPER.readTree(in);
    }
    List<WordCount> words = new ArrayList<>();
    for (JsonNode entry : root) {
      if (!entry.path("word").isTextual() || !entry.path("count").isIntegralNumber()) {
        throw damaged(path + " has the entry " + entry, "a word and its count");
      }
      words.add(new WordCount(entry.path("word").textValue(), entry.path("count").longValue()));
    }
    return words;
  }

  private static WordVectors readVectors(FileSystem fs, Path path, List<WordCount> words)
      throws IOException {
    try (FSDataInputStream in = fs.open(path)) {
      SafetensorsHeader.StoredTensor tensor =
          Safetensors.readHeader(path.toString(), in, fs.getFileStatus(path).getLen())
              .find(TENSOR)
              .filter(stored -> stored.dtype() == SafetensorsDType.F32)
              .filter(stored -> stored.shape().size() == 2)
              .filter(stored -> stored.shape().get(0) == words.size())
              .filter(stored -> stored.shape().get(1) > 0)
              .orElseThrow(
                  () ->
                      damaged(
                          path + " has no tensor '" + TENSOR + "' for the words",
                          "F32 of shape [" + words.size() + ", the size of a vector]"));
      int size = Math.toIntExact(tensor.shape().get(1));
      float[] values = new float[Math.multiplyExact(words.size(), size)];
      byte[] row = new byte[Math.multiplyExact(size, Float.BYTES)];
      in.seek(tensor.position());
      for (int i = 0; i < words.size(); i++) {
        in.readFully(row);
        ByteBuffer.wrap(row)
            .order(ByteOrder.LITTLE_ENDIAN)
            .asFloatBuffer()
            .get(values, i * size, size);
      }
      return new WordVectors(words, size, values);
    }
  }

  private static InvalidInputException damaged(String given, String expected) {
    return new InvalidInputException(
        given, expected, "delete the directory and run `kindling word2vec` again");
  }
}
