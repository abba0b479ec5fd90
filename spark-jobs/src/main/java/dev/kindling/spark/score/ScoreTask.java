package dev.kindling.spark.score;

import dev.kindling.data.tokenizer.Tokenizer;
import dev.kindling.data.tokenizer.TokenizerFile;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.train.InferenceModel;
import dev.kindling.model.train.Precision;
import dev.kindling.spark.checkpoint.CheckpointReader;
import dev.kindling.spark.parallel.HadoopSettings;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.util.TaskCompletionListener;

/**
 * One task of scoring: loads the model straight from the checkpoint, once, and scores its part of
 * the documents. The model never passes through the driver.
 *
 * @param hadoop the filesystem's settings
 * @param checkpoint the directory of one checkpoint
 * @param backend by name
 * @param batchSize windows that go through the model together
 * @param idColumn its index in a document's row
 * @param textColumn its index in a document's row
 */
record ScoreTask(
    HadoopSettings hadoop,
    String checkpoint,
    String backend,
    int batchSize,
    int idColumn,
    int textColumn)
    implements MapPartitionsFunction<Row, Row> {

  @Override
  public Iterator<Row> call(Iterator<Row> documents) {
    if (!documents.hasNext()) {
      return Collections.emptyIterator();
    }
    CheckpointReader reader = CheckpointReader.open(hadoop.get(), new Path(checkpoint));
    Tokenizer tokenizer = TokenizerFile.load(hadoop.get(), reader.tokenizer());
    TaskContext task = TaskContext.get();
    Backend kernels = Backends.open(backend, task.cpus());
    task.addTaskCompletionListener((TaskCompletionListener) context -> kernels.close());
    InferenceModel model = new InferenceModel(reader.model(), Precision.F32, kernels);
    // Listeners are called in reverse: the model goes before its backend.
    task.addTaskCompletionListener((TaskCompletionListener) context -> model.close());
    reader.load(model.parameters());

    Deque<Row> onTheirWay = new ArrayDeque<>();
    DocumentScorer scorer =
        new DocumentScorer(
            new TextIterator(documents, onTheirWay, idColumn, textColumn),
            tokenizer::encode,
            tokenizer.vocabSize(),
            new RollingWindows(reader.model().contextLength(), tokenizer.endOfTextId()),
            model::tokenLosses,
            batchSize);
    return new RowIterator(scorer, onTheirWay);
  }

  /** Hands out texts and keeps their rows. */
  private record TextIterator(
      Iterator<Row> rows, Deque<Row> onTheirWay, int idColumn, int textColumn)
      implements Iterator<DocumentScorer.Text> {
    @Override
    public boolean hasNext() {
      return rows.hasNext();
    }

    @Override
    public DocumentScorer.Text next() {
      Row row = rows.next();
      onTheirWay.add(row);
      String text = row.isNullAt(textColumn) ? "" : row.getString(textColumn);
      return new DocumentScorer.Text(row.getString(idColumn), text);
    }
  }

  /** Scores come in the order of their documents. */
  private record RowIterator(Iterator<DocumentScore> scores, Deque<Row> onTheirWay)
      implements Iterator<Row> {
    @Override
    public boolean hasNext() {
      return scores.hasNext();
    }

    @Override
    public Row next() {
      return scores.next().addTo(onTheirWay.remove());
    }
  }
}
