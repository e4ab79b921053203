package store

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/assay-kernel/assay/kernel/session"
)

// blobSize is the size of an event's data from which it is a file of its own. Rows stay small, so that reading the log
// past an image does not read the image.
const blobSize = 64 << 10

// saveBlobs writes the large data of entries to files before the transaction that names them. A transaction that fails
// leaves a file nobody names; the next event with the same data uses it.
func (s *Store) saveBlobs(entries []Entry) ([]string, error) {
	names := make([]string, len(entries))
	for i, e := range entries {
		if len(e.Event.Data) <= blobSize {
			continue
		}
		sum := sha256.Sum256(e.Event.Data)
		names[i] = hex.EncodeToString(sum[:])
		if err := s.saveBlob(names[i], e.Event.Data); err != nil {
			return nil, err
		}
	}
	return names, nil
}

func (s *Reader) blobPath(name string) string {
	return filepath.Join(s.dir, "blobs", name[:2], name)
}

// saveBlob writes, syncs and renames, then syncs the folder: a name that the log holds always has its content.
func (s *Store) saveBlob(name string, data []byte) (err error) {
	path := s.blobPath(name)
	if info, err := os.Stat(path); err == nil && info.Size() == int64(len(data)) {
		return nil
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return errors.Join(syncDir(dir), syncDir(filepath.Dir(dir)))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// loadBlob puts the data of r back. A damaged file shows in the hash chain, so it is not an error here; a missing one
// is.
func (s *Reader) loadBlob(r *session.Record, name string) error {
	if len(name) != 2*sha256.Size {
		return fmt.Errorf("record %d: bad blob name %.80q", r.Seq, name)
	}
	data, err := os.ReadFile(s.blobPath(name))
	if err != nil {
		return fmt.Errorf("record %d: %v", r.Seq, err)
	}
	r.Data = data
	return nil
}
