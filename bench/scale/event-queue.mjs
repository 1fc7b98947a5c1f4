/** What happens next, of everything that was announced: a binary heap by time. Things of one time come in the order of `add`. */
export class EventQueue {
  #heap = [];
  #added = 0;

  add(at, run) {
    const heap = this.#heap;
    let place = heap.push({ at, order: this.#added++, run }) - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (!isBefore(heap[place], heap[above])) break;
      [heap[place], heap[above]] = [heap[above], heap[place]];
      place = above;
    }
  }

  /** @returns `{ at, run }`, or undefined where nothing is left */
  next() {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (heap.length === 0) return first;
    heap[0] = last;
    for (let place = 0; ;) {
      const left = 2 * place + 1;
      const right = left + 1;
      let least = place;
      if (left < heap.length && isBefore(heap[left], heap[least])) least = left;
      if (right < heap.length && isBefore(heap[right], heap[least])) least = right;
      if (least === place) return first;
      [heap[place], heap[least]] = [heap[least], heap[place]];
      place = least;
    }
  }
}

const isBefore = (one, other) => one.at < other.at || (one.at === other.at && one.order < other.order);
