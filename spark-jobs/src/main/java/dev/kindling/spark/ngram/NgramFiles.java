package dev.kindling.spark.ngram;

import dev.kindling.data.InvalidInputException;
import dev.kindling.model.io.Safetensors;
import dev.kindling.model.io.SafetensorsHeader;
import dev.kindling.model.ngram.NgramModel;
import dev.kindling.model.ngram.NgramPart;
import dev.kindling.model.ngram.NgramPartReader;
import dev.kindling.model.ngram.NgramShape;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.IOUtils;

/**
 * The files of a model, which are read one order after the other.
 *
 * @param directory where they are
 * @param shape what {@code config.json} says
 * @param numParts files of every order from 1
 */
record NgramFiles(Path directory, NgramShape shape, List<Integer> numParts) {
  NgramFiles {
    numParts = List.copyOf(numParts);
  }

  /**
   * Those of a directory.
   *
   * @throws dev.kindling.model.io.WeightsFormatException if {@code config.json} is not that of such
   *     a model
   */
  static NgramFiles open(Configuration hadoop, Path directory, IntUnaryOperator numParts) {
    Path config = new Path(directory, NgramShape.NAME);
    try (InputStream in = config.getFileSystem(hadoop).open(config)) {
      NgramShape shape = NgramShape.parse(config.toString(), in.readAllBytes());
      return new NgramFiles(
          directory, shape, IntStream.rangeClosed(1, shape.order()).map(numParts).boxed().toList());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + config, e);
    }
  }

  /** What is done with the files of an order, of which the one that was asked for last is open. */
  @FunctionalInterface
  interface OrderReader {
    void read(int order, Iterator<NgramPartReader> parts) throws IOException;
  }

  /** The model, read into this process. */
  NgramModel load(Configuration hadoop) {
    NgramModel.Builder model = new NgramModel.Builder(shape);
    read(hadoop, (order, parts) -> model.addOrder(parts));
    return model.build();
  }

  /**
   * Reads all orders, from 1.
   *
   * @throws InvalidInputException if a file is missing
   * @throws dev.kindling.model.io.WeightsFormatException if one is damaged
   */
  void read(Configuration hadoop, OrderReader reader) {
    for (int order = 1; order <= shape.order(); order++) {
      read(hadoop, order, reader);
    }
  }

  private void read(Configuration hadoop, int order, OrderReader reader) {
    try (Parts parts = new Parts(hadoop, order)) {
      reader.read(order, parts);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot read the n-grams of order " + order + " of " + directory, e);
    }
  }

  /** Opens a part when its turn comes: object stores have few connections for many parts. */
  private final class Parts implements Iterator<NgramPartReader>, Closeable {
    private final Configuration hadoop;
    private final int order;
    private FSDataInputStream open;
    private int next;

    Parts(Configuration hadoop, int order) {
      this.hadoop = hadoop;
      this.order = order;
    }

    @Override
    public boolean hasNext() {
      return next < numParts.get(order - 1);
    }

    @Override
    public NgramPartReader next() {
      if (!hasNext()) {
        throw new NoSuchElementException("all parts of order " + order + " are read");
      }
      close();
      Path path = new Path(directory, NgramPart.name(order, next++));
      try {
        FileSystem fs = path.getFileSystem(hadoop);
        long numBytes = fs.getFileStatus(path).getLen();
        FSDataInputStream in = fs.open(path);
        open = in;
        SafetensorsHeader header = Safetensors.readHeader(path.toString(), in, numBytes);
        return NgramPartReader.open(path.toString(), header, in::readFully, shape, order);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read " + path, e);
      }
    }

    @Override
    public void close() {
      IOUtils.closeStreams(open);
    }
  }
}
