"""ODK's own engine as the oracle: the same forms and answers give the same values, relevance and violations.

pyxform makes each form's XForm; phone/src/core/forms/odk.test.ts plays random answers through @getodk/xforms-engine
and through our interpreter (in jsdom, so it takes seconds). By the thousand: python -m tests.programme.forms_fuzz.
"""

from pathlib import Path

import pytest

from differential import forms
from programme import forms_generated
from programme.forms_fuzz import against_odk, vectors
from programme.test_forms_twins import Person
from tsela.programme.forms import compile_form


@pytest.mark.slow
def test_our_forms_do_what_odk_does(tmp_path: Path) -> None:
    done = against_odk(vectors(5, 10, tmp_path), tmp_path)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]


def test_random_forms_are_the_same_on_phone_and_server(tmp_path: Path) -> None:
    phone = forms.TypeScript()
    for seed in range(30):
        form, problems = compile_form(forms_generated.write(tmp_path, seed))
        assert problems == []
        for answers in range(10):
            case = Person(form, answers).case()
            assert forms.python(form, case) == phone(form, case), f"form {seed}, answers {answers}: {case}"
    phone.close()
